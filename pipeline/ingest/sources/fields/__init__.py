"""Single fields of a record: IDs, dates, authors, categories, TeX."""
