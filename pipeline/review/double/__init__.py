"""Hold words back until two people agree, and repeat papers to one who decided them."""
