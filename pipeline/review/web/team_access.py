"""What the pages of a team need to let people in."""

from dataclasses import dataclass, field

from pipeline.review.accounts.book import AccessBook
from pipeline.review.accounts.hashing import Hasher
from pipeline.review.accounts.lockout import Refusals
from pipeline.review.accounts.usual import UsualNetworks
from pipeline.review.web.team_cookies import TeamCookies


@dataclass(frozen=True, slots=True)
class TeamAccess:
    """Accounts, sessions and passwords."""

    book: AccessBook
    hasher: Hasher
    cookies: TeamCookies
    refusals: Refusals = field(default_factory=Refusals)
    usual: UsualNetworks = field(default_factory=UsualNetworks)
