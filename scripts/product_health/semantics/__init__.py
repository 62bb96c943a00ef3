"""The metrics: what the project says of them, and the SQL that answers a question about one."""
