"""The offline demonstration and a local arXiv."""
