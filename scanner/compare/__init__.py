"""Two snapshots of one DAO, side by side."""
