"""Contracts that keep the permissions of others: Aragon OSx DAOs, and the access lists of Aragon's first generation."""
