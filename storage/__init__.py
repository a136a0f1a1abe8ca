"""The only SQL: records, DuckDB, numbered migrations."""
