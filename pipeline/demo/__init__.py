"""The offline demonstration: bundled papers and a local arXiv."""
