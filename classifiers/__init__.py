"""Text in, scored labels out: no papers, no database, no network, no clock."""
