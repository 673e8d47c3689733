"""Smart-contract auditing and governance-risk scanner for DAOs."""

__version__ = "0.1.0"
