"""Rulings: decisions kept as precedent, shown and compared where a later paper is like theirs."""
