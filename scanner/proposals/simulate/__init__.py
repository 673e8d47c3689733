"""Proposals that are not finished, executed on a local fork of the pinned block."""
