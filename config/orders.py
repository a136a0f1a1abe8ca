"""The orders a queue can be read in, shared by storage, classifiers and pipeline."""

#: highest probability of being in scope first; nearest to 0.5 first; both mixed; by a hash of the
#: id, independent of the model; last submitted first
ORDERS = ("likely", "uncertain", "mixed", "random", "newest")

#: the mixed order repeats this many likely papers, then this many uncertain ones
LIKELY_IN_TURN = 7
UNCERTAIN_IN_TURN = 3
