"""Define what people of a team may do; each role includes the one before."""

from enum import StrEnum


class Role(StrEnum):
    """A role of an account."""

    #: decides on papers
    REVIEWER = "reviewer"
    #: also builds, approves and publishes issues, and answers people outside
    PUBLISHER = "publisher"
    #: also manages accounts, assignments and rules
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Return whether this role may do all that another one may."""
        order = tuple(Role)
        return order.index(self) >= order.index(other)
