"""A small EVM that runs code where only a part of what it works with is known: one for all who read code."""
