"""The core's branch of the database's history."""
