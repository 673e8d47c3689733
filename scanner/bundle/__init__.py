"""A scan packed into one file that can be filed, signed and checked."""
