"""The database: records, queries, migrations."""
