"""`queue`: the papers that wait for a decision, selected as on the pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer

from classifiers.errors import ModelError
from config.errors import UsageError
from config.orders import PLANNED
from pipeline.cli.answer import Answer, Text
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.queue_incomplete import incomplete_answer
from pipeline.cli.queue_table import elsewhere, queue_table
from pipeline.learn.explain.certainty import certainty_of
from pipeline.review.elsewhere import decided_only, found_elsewhere
from pipeline.review.outlook.session import ids_left
from pipeline.review.remarks import remarks_on
from pipeline.review.selection import Selection, read_selection
from pipeline.review.team.shares import read_standing, share_of
from pipeline.review.visits import PREFERENCE, new_since, read_visit
from pipeline.runtime.plurals import counted
from pipeline.runtime.queue_words import limits_of, queue_sentence
from pipeline.runtime.services import Services, open_services
from storage.calendar import announcement_day
from storage.claims import Claim, Claims
from storage.queue_filter import QueueFilter, QueueRow, QueueShare, QueueTally
from storage.store import Store
from storage.types import QueueItem

_NEXT = "decide with `living-survey decide ID approve --suggested`"


@command(
    "queue",
    examples="""
    living-survey queue
    living-survey queue --announced newest --at-least 50
    living-survey queue --announced 2026-11-20..2026-11-25 --author "Doe"
    living-survey queue --section generation-video-llm-based
    living-survey queue --search '"scene graph" layout' --category cs.CV
    living-survey queue --question technique --order uncertain --json
    living-survey queue --order random --limit 200
    living-survey queue --set-aside --search layout
    living-survey queue --since-visit --order newest
    living-survey queue --mine --reviewer bo --at-least 50
    living-survey queue --deferred
    living-survey queue --incomplete
    """,
)
def queue(
    invocation: Invocation,
    announced: Annotated[
        str,
        typer.Option(metavar="DAYS", help="A day, FIRST..LAST, newest or week (to the newest)."),
    ] = "",
    at_least: Annotated[
        str, typer.Option(metavar="PERCENT", help="Only papers at least this likely in scope.")
    ] = "",
    search: Annotated[
        str,
        typer.Option(metavar="WORDS", help="Words and quoted phrases of text, authors or ID."),
    ] = "",
    author: Annotated[str, typer.Option(metavar="NAME", help="Words of an author's name.")] = "",
    category: Annotated[str, typer.Option(metavar="CATEGORY", help="Such as cs.CV.")] = "",
    section: Annotated[
        str, typer.Option(metavar="ID", help="Only papers with this first suggestion.")
    ] = "",
    question: Annotated[
        str, typer.Option(metavar="FACET", help="Only papers whose task, ... the model left open.")
    ] = "",
    order: Annotated[
        str,
        typer.Option(
            metavar="ORDER",
            help="likely, uncertain, mixed, random (audit), newest or plan (your session).",
        ),
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose queue, session and visit.")
    ] = None,
    *,
    since_visit: Annotated[
        bool, typer.Option("--since-visit", help="Only papers that arrived since your last visit.")
    ] = False,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Only papers below the lower limit.")
    ] = False,
    mine: Annotated[
        bool, typer.Option("--mine", help="Only what is yours: assigned to you, or to no one.")
    ] = False,
    deferred: Annotated[
        bool, typer.Option("--deferred", help="The deferred papers instead.")
    ] = False,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Papers without a text to judge instead.")
    ] = False,
) -> Answer:
    """Show the papers that wait for a decision; all conditions hold together."""
    services = open_services(invocation.settings, read_only=True)
    if incomplete:
        return incomplete_answer(services, limit=limit, offset=offset)
    texts = {
        "announced": announced, "at_least": at_least, "search": search, "author": author,
        "category": category, "section": section, "question": question, "order": order,
        "set_aside": "1" if set_aside else "", "since": "visit" if since_visit else "",
        "mine": "1" if mine else "",
    }  # fmt: skip
    selection = read_selection(texts, services.taxonomy)
    if deferred and not selection.is_default:
        raise UsageError(
            "--deferred shows all deferred papers.", hint="Leave out the other conditions."
        )
    name = reviewer or reviewer_of(invocation.settings)
    return _answer(services, name, selection, limit=limit, offset=offset, deferred=deferred)


def _answer(
    services: Services, name: str, selection: Selection, *, limit: int, offset: int, deferred: bool
) -> Answer:
    today, limits = announcement_day(services.clock()), limits_of(services.settings)
    with services.open_store() as store:
        closed = store.opinions.closed_to(name)
        whole = QueueFilter(without=closed)
        tally = store.queue.tally(whole, today=today, limits=limits)
        wanted = selection.to_filter(
            newest_day=tally.newest_day,
            limits=limits,
            visited_at=_visited_at(store, name, services.clock()) if selection.since else None,
            planned=(ids_left(store, name) or ()) if selection.order == PLANNED else None,
            without=closed,
            share=_share(store, name, services.clock()) if selection.mine else None,
        )
        if wanted != whole:
            tally = store.queue.tally(wanted, today=today, limits=limits)
        if deferred:
            items = store.queue.deferred(limit)
            rows = store.queue.rows_of(item.paper.paper.arxiv_id for item in items)
        else:
            found = store.queue.rows(wanted, limit=limit, offset=offset, today=today)
            rows = {row.arxiv_id: row for row in found}
            items = store.queue.items(rows)
        remarks = remarks_on(store, [item.paper.paper for item in items])
        others = decided_only(found_elsewhere(store, wanted, today=today))
        certainty = certainty_of(services, store)
    claims = Claims(services.settings.database.path).standing(services.clock())
    readers = {one: claims[one] for one in rows if one in claims}
    said = queue_sentence(tally, limits, today)
    if deferred:
        shown = counted(len(items), "deferred paper")
    elif selection.is_default:
        shown = f"{len(items)} of {tally.whole:,} waiting"
    else:
        shown = f"{len(items)} of {tally.size:,} selected, {tally.whole:,} waiting"
    text: Text = (
        (
            queue_table(items, rows, services.taxonomy, certainty),
            *(f"{key}: {'; '.join(remarks[key])}" for key in remarks),
            *(f"{key}: {claim.said}" for key, claim in readers.items()),
            f"{shown}; {_NEXT}",
            said,
            *filter(None, (certainty.banner, certainty.order_line)),
        )
        if items
        else _nothing(tally, said, selection.contradiction(limits), deferred=deferred)
    )
    return Answer(
        {
            "waiting": tally.whole,
            "selected": tally.size,
            "tally": tally,
            "calibrated": certainty.calibrated,
            "items": [_item(item, rows, remarks, readers) for item in items],
            "elsewhere": others,
        },
        (*text, *elsewhere(others)),
        notes=_model_note(services),
    )


def _share(store: Store, name: str, now: datetime) -> QueueShare:
    """Return what is to be read by a reviewer."""
    return share_of(name, read_standing(store, now.date()).effective)


def _visited_at(store: Store, name: str, now: datetime) -> datetime | None:
    """Return since when papers are new to a reviewer."""
    return new_since(read_visit(store.preferences.of(name).get(PREFERENCE)), now)


def _nothing(tally: QueueTally, said: str, impossible: str, *, deferred: bool) -> Text:
    if impossible:
        return (impossible, said)
    if deferred:
        return ("no deferred paper", said)
    if not tally.whole:
        return ("no paper waits; `living-survey run` fetches and classifies new ones",)
    if not tally.size:
        waiting = counted(tally.whole, "waiting paper")
        return (f"none of {waiting} is selected; `living-survey queue` shows all", said)
    return (
        f"the list ends before; {counted(tally.size, 'paper')} selected: leave out --offset",
        said,
    )


def _model_note(services: Services) -> tuple[str, ...]:
    """Return a note if the model in use cannot be loaded; stored predictions are still shown."""
    try:
        services.models.check_current(services.taxonomy)
    except ModelError as error:
        return (f"living-survey: {error}",)
    return ()


def _item(
    item: QueueItem,
    rows: Mapping[str, QueueRow],
    remarks: Mapping[str, tuple[str, ...]],
    readers: Mapping[str, Claim],
) -> dict[str, object]:
    arxiv_id = item.paper.paper.arxiv_id
    return {
        "arxiv_id": arxiv_id,
        "title": item.paper.paper.title,
        "announced": rows[arxiv_id].announced if arxiv_id in rows else None,
        "in_scope": item.prediction.in_scope,
        "sections": item.prediction.sections,
        "terms": item.prediction.terms,
        "priority": item.priority,
        "open_facets": item.prediction.open_facets,
        "model_id": item.prediction.model_id,
        "content_hash": item.paper.content_hash,
        "remarks": remarks.get(arxiv_id, ()),
        "read_by": readers[arxiv_id].reviewer if arxiv_id in readers else None,
    }
