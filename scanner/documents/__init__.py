"""Documents that a DAO's contracts point to, fetched only when the user says so, from where the user says."""
