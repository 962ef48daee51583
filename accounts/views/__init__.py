"""Pages about people and places: a view parses, calls, renders."""
