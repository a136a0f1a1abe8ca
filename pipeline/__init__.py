"""The walk of a paper, from arXiv to a published line. Read run.py first."""
