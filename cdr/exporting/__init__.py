"""Selected calls as files: written by PostgreSQL, streamed over a connection of their own."""
