"""How the DuckDB file is held: connections, the lease, sessions, migrations, backup."""
