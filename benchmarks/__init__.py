"""Ratios that show what is fast: each benchmark measures two things in turn, in one run, on this machine."""
