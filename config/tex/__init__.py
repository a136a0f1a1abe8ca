"""Read TeX in titles, names and abstracts: accents, text commands, formulas."""
