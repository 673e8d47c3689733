"""Proposals that are contracts: what their code calls when it is run, read off the code itself."""
