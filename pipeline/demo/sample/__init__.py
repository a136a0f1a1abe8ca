"""A fictional arXiv of four weeks, a fictional list and scripted decisions, for the demo."""
