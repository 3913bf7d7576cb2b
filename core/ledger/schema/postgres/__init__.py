"""The same steps for PostgreSQL."""
