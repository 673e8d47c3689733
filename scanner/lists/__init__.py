"""Address lists and watch lists that the user gives: read, kept, compared with the DAO's direct counterparties."""
