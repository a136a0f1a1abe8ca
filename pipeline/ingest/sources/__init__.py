"""Bytes in, Paper out: wire shapes die here."""
