"""A repository of contracts that are not deployed yet: from its files to what a verifier would hold."""
