"""Who can become a member, and by which ways."""
