"""All views as Parquet files for other programs, as one consistent snapshot."""
