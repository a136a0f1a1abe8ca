"""Define the reading orders of a queue."""

#: highest probability of scope first; nearest to 0.5 first; both mixed; by a hash of the ID; last
#: submitted first
ORDERS = ("likely", "uncertain", "mixed", "random", "newest")
#: the papers of a planned session, in its order
PLANNED = "plan"

#: likely papers in the mixed order, then as many uncertain ones
LIKELY_IN_TURN = 7
UNCERTAIN_IN_TURN = 3
