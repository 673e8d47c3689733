"""Files about a DAO that its operator or a reader writes: the manifest and the accountability file."""
