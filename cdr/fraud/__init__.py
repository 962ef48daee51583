"""Signs of fraud in a customer's calls: pure detectors on plain facts, and the table of risky numbers."""
