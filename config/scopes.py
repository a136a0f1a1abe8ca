"""Define what a token of the API may do."""

from collections.abc import Mapping
from enum import StrEnum

from config.roles import Role


class Scope(StrEnum):
    """A right of a token. Each is given by name; none includes another."""

    #: all that reviewers see: papers, queue, decisions, suggestions, rulings, how the survey is
    READ = "read"
    #: record decisions and take them back, settle suggestions, claim papers
    DECIDE = "decide"
    #: edit, build and approve issues, make rulings, answer people outside
    PUBLISH = "publish"
    #: assign papers, read the trail, list and revoke tokens
    ADMIN = "admin"


#: the lowest role that may use a scope
NEEDED: Mapping[Scope, Role] = {
    Scope.READ: Role.REVIEWER,
    Scope.DECIDE: Role.REVIEWER,
    Scope.PUBLISH: Role.PUBLISHER,
    Scope.ADMIN: Role.ADMIN,
}
