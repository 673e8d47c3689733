"""What governance holds, where it lies, and who was allowed to take it."""
