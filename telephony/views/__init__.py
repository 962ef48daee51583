"""Pages of lines and devices, and the answers to desk phones."""
