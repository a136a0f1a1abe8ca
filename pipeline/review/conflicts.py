"""Show the papers on which two people differ, and record the third word."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.errors import LivingSurveyError, UsageError
from config.taxonomy import Taxonomy
from pipeline.review.decide import Recorded, record_in
from pipeline.review.double.rules import TeamRules
from pipeline.review.double.weigh import open_words
from pipeline.review.judge import Stale
from pipeline.review.proposal import Proposal
from storage.opinion_types import Opinion
from storage.store import OpenStore, Store
from storage.types import LIST_REVIEWER, RULE_PREFIX, Decision, Verdict


@dataclass(frozen=True, slots=True)
class Conflict:
    """A paper with two words that do not decide it, or one that would approve a rejected paper."""

    arxiv_id: str
    title: str
    #: the earlier one first
    words: tuple[Opinion, ...]
    #: both say the same, but the decision they led to was taken back
    taken_back: bool = False
    #: the rejection that stands
    against: Decision | None = None


class NotYourWordError(UsageError):
    """The third word is another person's."""


def conflicts(store: Store) -> list[Conflict]:
    """Return the papers that wait for a third word, the longest waiting first.

    A rejected paper is in no queue, so a word that would approve it is shown here too: whoever
    else agrees decides.
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


def people(store: Store) -> tuple[str, ...]:
    """Return who may be asked: the accounts in use; without accounts everybody who ever spoke."""
    if store.accounts.exist():
        return store.accounts.active()
    spoke = {*store.account.reviewers(), *store.opinions.reviewers()} - {LIST_REVIEWER}
    return tuple(sorted(name for name in spoke if not name.startswith(RULE_PREFIX)))


def may_give(
    words: Sequence[Opinion],
    reviewer: str,
    *,
    rules: TeamRules,
    is_admin: bool,
    others: Collection[str],
) -> bool:
    """Return whether a person may give the third word.

    Args:
        words: the two that differ, or the one that would approve a rejected paper.
        reviewer: the person.
        rules: of the team.
        is_admin: whether the person is an admin.
        others: who else may be asked; if all of them gave one of the two words, an admin may in
            any case, so that no paper is stuck.
    """
    gave = {one.reviewer for one in words}
    if reviewer not in gave or rules.together:
        return True
    return is_admin and gave.issuperset(others)


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
        LivingSurveyError: no third word is asked any more, or the paper changed.
        UsageError: as `judge` raises it.
    """
    key = proposal.arxiv_id
    with open_store() as store, store.transaction():
        words = waiting_words(store).get(key, ())
        allowed = may_give(
            words, proposal.reviewer, rules=rules, is_admin=is_admin, others=people(store)
        )
        if not allowed:
            raise NotYourWordError(
                f"You gave one of the two words on {key}, so the third is another person's.",
                hint="Ask somebody else, or set [team] third_word to together.",
            )
        [outcome] = record_in(store, taxonomy, [replace(proposal, third=True)], clock(), team=rules)
    if isinstance(outcome, UsageError):
        raise outcome
    if isinstance(outcome, Stale):
        raise LivingSurveyError(
            f"Nothing was recorded. {outcome.cause}",
            hint="`living-survey conflicts` lists what waits.",
        )
    assert isinstance(outcome, Recorded)
    return outcome


def _says_same(words: Sequence[Opinion]) -> bool:
    said = {(one.verdict, frozenset(one.sections)) for one in words}
    return len(words) > 1 and len(said) == 1


def _against(standing: Decision | None) -> Decision | None:
    return standing if standing and standing.verdict is Verdict.REJECTED else None
