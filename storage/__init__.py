"""The database: records, queries and migrations, all SQL of the project."""
