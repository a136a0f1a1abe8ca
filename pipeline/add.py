"""Single papers brought into the queue by hand: looked up at arXiv, stored, reported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.errors import UsageError
from pipeline.sources.query import QuerySource
from storage.arxiv_id import parse_arxiv_id
from storage.store import OpenStore


@dataclass(frozen=True, slots=True)
class AddReport:
    """What `add` found under the ids it was given."""

    added: tuple[str, ...]
    already: tuple[str, ...]
    #: arXiv has none of these, or takes them for no identifiers
    unknown: tuple[str, ...]
    #: arXiv sent an entry that cannot be read: it lies in the quarantine
    unreadable: tuple[str, ...] = ()


def add_papers(
    query: QuerySource,
    open_store: OpenStore,
    ids_or_urls: Sequence[str],
    *,
    clock: Callable[[], datetime],
) -> AddReport:
    """Look the papers up and store them; a paper we hold is refreshed.

    Raises:
        UsageError: one of the words is no arXiv id or link; nothing was asked.
    """
    keys = []
    for word in ids_or_urls:
        parsed = parse_arxiv_id(word)
        if parsed is None:
            raise UsageError(
                f"{word!r} is neither an arXiv id nor an arxiv.org link.",
                hint="Write it as 2405.19334 or https://arxiv.org/abs/2405.19334.",
            )
        keys.append(parsed.base)
    keys = list(dict.fromkeys(keys))
    found = query.look_up(keys)
    with open_store() as store:
        held = store.papers.held(keys)
        store.papers.upsert(found.papers, seen_at=clock())
        store.quarantine.add(found.malformed)
    got = {paper.arxiv_id for paper in found.papers}
    missing = {*found.unknown, *found.refused}
    return AddReport(
        added=tuple(key for key in keys if key in got and key not in held),
        already=tuple(key for key in keys if key in got and key in held),
        unknown=tuple(key for key in keys if key in missing),
        unreadable=tuple(key for key in keys if key not in got and key not in missing),
    )
