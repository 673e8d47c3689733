"""The condition language of rule files: a closed subset of Python expressions in three-valued logic."""
