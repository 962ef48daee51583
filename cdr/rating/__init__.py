"""What a call costs: pure, exact, without database or clock."""
