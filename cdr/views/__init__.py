"""Pages about calls, and the operators' pages about feeds and tariffs."""
