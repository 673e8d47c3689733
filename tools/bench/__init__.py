"""Measurements: figures with limits."""
