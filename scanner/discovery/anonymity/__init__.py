"""Anonymity features: which are there, within reach, set up, used."""
