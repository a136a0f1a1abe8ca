"""Show the papers on which two people differ, and record the third word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from config.errors import LivingSurveyError, UsageError
from config.roles import Role
from config.taxonomy import Taxonomy
from pipeline.review.decide import Recorded, record_in
from pipeline.review.double.rules import TeamRules
from pipeline.review.double.weigh import open_words, waits_again
from pipeline.review.judge import Stale
from pipeline.review.proposal import Proposal
from storage.opinion_types import Opinion
from storage.store import OpenStore, Store
from storage.types import LIST_REVIEWER, RULE_PREFIX, Decision


@dataclass(frozen=True, slots=True)
class Conflict:
    """A paper with two words that do not decide it, or one that would change a decided paper."""

    arxiv_id: str
    title: str
    #: the earlier one first
    words: tuple[Opinion, ...]
    #: both say the same, but the decision they led to was taken back
    taken_back: bool = False
    #: the decision that stands, which the words would change
    against: Decision | None = None


class NotYourWordError(UsageError):
    """The third word is another person's."""


class OvertakenError(LivingSurveyError):
    """No third word is asked any more, or the paper changed since it was read."""


def conflicts(store: Store) -> list[Conflict]:
    """Return the papers that wait for a third word, the longest waiting first.

    A decided paper is in no queue, so a word that would approve a rejected one, or move an approved
    one, is shown here too: whoever else agrees decides.
    """
    waiting = waiting_words(store)
    standing = store.decisions.standing(waiting) if waiting else {}
    titles = store.papers.titles(waiting)
    found = [
        Conflict(key, titles.get(key, ""), words, _says_same(words), _against(standing.get(key)))
        for key, words in waiting.items()
        if len(words) > 1 or _against(standing.get(key))
    ]
    return sorted(found, key=lambda one: (one.words[-1].given_at, one.arxiv_id))


def waiting_words(store: Store) -> dict[str, tuple[Opinion, ...]]:
    """Return all words that wait for another person's, by paper, without overtaken ones."""
    words = store.opinions.open()
    standing = store.decisions.standing(words) if words else {}
    live = {key: open_words(all_, standing.get(key)) for key, all_ in words.items()}
    return {key: some for key, some in live.items() if some}


@dataclass(frozen=True, slots=True)
class Present:
    """Who can be asked for a third word: not those who are away."""

    names: frozenset[str]
    #: None: there are no accounts
    admins: frozenset[str] | None = None

    def to_ask(self, words: Sequence[Opinion]) -> tuple[str, ...]:
        """Return who may give the third word on a paper: admins, if no one else is left."""
        left = self.names - {one.reviewer for one in words}
        return tuple(sorted(left or self.admins or self.names))


def present(store: Store, day: date) -> Present:
    """Return who can be asked on a day.

    These are the accounts in use; without accounts everybody who ever spoke.
    """
    away = {one.reviewer for one in store.absences.since(day) if one.covers(day)}
    if store.accounts.exist():
        used = [one for one in store.accounts.all() if not one.disabled and one.name not in away]
        admins = [one.name for one in used if one.role.includes(Role.ADMIN)]
        return Present(frozenset(one.name for one in used), frozenset(admins))
    spoke = {*store.account.reviewers(), *store.opinions.reviewers()} - {LIST_REVIEWER} - away
    return Present(frozenset(name for name in spoke if not name.startswith(RULE_PREFIX)))


def too_few(store: Store, rules: TeamRules, day: date) -> int | None:
    """Return how many accounts can read on a day, if two must agree on papers and fewer can.

    None: enough can, each person decides alone, or there are no accounts.
    """
    if not rules.double or not store.accounts.exist():
        return None
    here = len(present(store, day).names)
    return here if here < 2 else None


def may_give(
    words: Sequence[Opinion],
    reviewer: str,
    *,
    rules: TeamRules,
    is_admin: bool,
    others: Present,
) -> bool:
    """Return whether a person may give the third word.

    Args:
        words: the two that differ, or the one that would change a decided paper.
        reviewer: the person.
        rules: of the team.
        is_admin: whether the person is an admin.
        others: who else can be asked. If all of them gave one of the two words an admin may in
            any case, and if every admin is away each of the two, so that no paper waits for a
            person who is away.
    """
    gave = {one.reviewer for one in words}
    if reviewer not in gave or rules.together:
        return True
    return gave.issuperset(others.names) and (is_admin or others.admins == frozenset())


def give_third(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    proposal: Proposal,
    *,
    rules: TeamRules,
    is_admin: bool,
    clock: Callable[[], datetime],
) -> Recorded:
    """Record the third word as a decision that is linked with both words.

    Raises:
        NotYourWordError: the person gave one of the two words, and somebody else can be asked.
        OvertakenError: no third word is asked any more, or the paper changed.
        UsageError: as `judge` raises it.
    """
    key = proposal.arxiv_id
    with open_store() as store, store.transaction():
        now = clock()
        words = waiting_words(store).get(key, ())
        others = present(store, now.date())
        allowed = may_give(words, proposal.reviewer, rules=rules, is_admin=is_admin, others=others)
        if not allowed:
            raise NotYourWordError(
                f"You gave one of the two words on {key}, so the third is another person's.",
                hint="Ask somebody else, or set [team] third_word to together.",
            )
        [outcome] = record_in(store, taxonomy, [replace(proposal, third=True)], now, team=rules)
    if isinstance(outcome, UsageError):
        raise outcome
    if isinstance(outcome, Stale):
        raise OvertakenError(
            f"Nothing was recorded. {outcome.cause}",
            hint="`living-survey conflicts` lists what waits.",
        )
    assert isinstance(outcome, Recorded)
    return outcome


def _says_same(words: Sequence[Opinion]) -> bool:
    said = {(one.verdict, frozenset(one.sections)) for one in words}
    return len(words) > 1 and len(said) == 1


def _against(standing: Decision | None) -> Decision | None:
    return standing if standing and not waits_again(standing) else None
