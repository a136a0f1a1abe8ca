"""Single fields of a record: ids, dates, authors, categories, TeX."""
