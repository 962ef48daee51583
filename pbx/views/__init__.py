"""Pages of the exchange: each view parses, calls, renders."""
