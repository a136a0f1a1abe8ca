"""Access to the DuckDB file: lease, connections, sessions, migrations, backup."""
