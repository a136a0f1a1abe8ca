"""`queue`: the papers that wait for a decision."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from classifiers.errors import ModelError
from config.section_names import find_section
from config.taxonomy import Taxonomy
from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Table, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.queue_incomplete import incomplete_answer
from pipeline.learn.explain.open_facets import open_question
from pipeline.review.remarks import remarks_on
from pipeline.runtime.services import Services, open_services
from storage.calendar import announcement_day
from storage.queue_filter import QueueFilter
from storage.types import QueueItem


@command(
    "queue",
    examples="""
    living-survey queue
    living-survey queue --section generation-video-llm-based --limit 50
    living-survey queue --order uncertain --json
    living-survey queue --order random --limit 200
    living-survey queue --incomplete
    """,
)
def queue(
    invocation: Invocation,
    section: Annotated[
        str | None, typer.Option(metavar="ID", help="Only papers with this first suggestion.")
    ] = None,
    order: Annotated[
        str,
        typer.Option(metavar="ORDER", help="likely, uncertain, mixed, random (audit) or newest."),
    ] = "likely",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    *,
    deferred: Annotated[
        bool, typer.Option("--deferred", help="The deferred papers instead.")
    ] = False,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Papers without a text to judge instead.")
    ] = False,
) -> Answer:
    """Show the papers that wait for a decision."""
    services = open_services(invocation.settings, read_only=True)
    if incomplete:
        return incomplete_answer(services, limit=limit, offset=offset)
    wanted = find_section(services.taxonomy, section).id if section else None
    with services.open_store() as store:
        if deferred:
            items = store.queue.deferred(limit)
        else:
            rows = store.queue.rows(
                QueueFilter(section=wanted, order=order),
                limit=limit,
                offset=offset,
                today=announcement_day(services.clock()),
            )
            items = store.queue.items(row.arxiv_id for row in rows)
        waiting = store.queue.size()
        remarks = remarks_on(store, [item.paper.paper for item in items])
    shown = "deferred" if deferred else f"of {waiting} waiting"
    return Answer(
        {"waiting": waiting, "items": [_item(item, remarks) for item in items]},
        (
            _table(items, services.taxonomy),
            *(f"{key}: {'; '.join(remarks[key])}" for key in remarks),
            f"{len(items)} {shown}; decide with `living-survey decide ID approve --suggested`",
        ),
        notes=_model_note(services),
    )


def _model_note(services: Services) -> tuple[str, ...]:
    """Return a note if the model in use cannot be loaded; stored predictions are still shown."""
    try:
        services.models.check_current(services.taxonomy)
    except ModelError as error:
        return (f"living-survey: {error}",)
    return ()


def _item(item: QueueItem, remarks: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    return {
        "arxiv_id": item.paper.paper.arxiv_id,
        "title": item.paper.paper.title,
        "in_scope": item.prediction.in_scope,
        "sections": item.prediction.sections,
        "terms": item.prediction.terms,
        "priority": item.priority,
        "open_facets": item.prediction.open_facets,
        "model_id": item.prediction.model_id,
        "content_hash": item.paper.content_hash,
        "remarks": remarks.get(item.paper.paper.arxiv_id, ()),
    }


def _table(items: Sequence[QueueItem], taxonomy: Taxonomy) -> Table:
    columns = (
        Column("arXiv id"),
        Column("in scope", right=True),
        Column("section"),
        Column("p", right=True),
        Column("open"),
        Column("title", flexible=True),
    )
    rows = []
    for item in items:
        best = item.prediction.sections[0] if item.prediction.sections else None
        question = open_question(item.prediction, taxonomy)
        rows.append(
            (
                item.paper.paper.arxiv_id,
                f"{item.prediction.in_scope:.2f}",
                best.section if best else "-",
                f"{best.probability:.2f}" if best else "-",
                ", ".join(question.facets) if question else "",
                plain_text(item.paper.paper.title),
            )
        )
    return table(columns, rows)
