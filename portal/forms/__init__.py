"""What people fill in: checked here by field, and once more as a whole by the verb."""
