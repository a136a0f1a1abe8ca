"""Insert papers into a hand-written list in its own style, touching no other byte."""
