"""Auditors' own analyses: loaded from folders that the user names, run in the limited worker."""
