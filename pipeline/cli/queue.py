"""`queue`: the papers that wait for a decision."""

from typing import Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.console import Column


@command(
    "queue",
    examples="""
    living-survey queue
    living-survey queue --section generation-video-llm-based --limit 50
    living-survey queue --order uncertain --json
    living-survey queue --order random --limit 200
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
) -> None:
    """Show the papers that wait for a decision."""
    from classifiers.errors import ModelError
    from pipeline.learn.explain.open_facets import open_question
    from pipeline.runtime.services import open_services

    services = open_services(invocation.settings)
    try:
        services.models.check_current(services.taxonomy)
    except ModelError as refused:
        # Stored predictions can still be shown.
        invocation.output.note(f"living-survey: {refused}")
    wanted = services.taxonomy.section(section).id if section else None
    with services.open_store() as store:
        if deferred:
            items = store.queue.deferred(limit)
        else:
            items = store.queue.page(section=wanted, limit=limit, offset=offset, order=order)
        waiting = store.queue.size()
    if invocation.output.as_json:
        invocation.output.answer(
            {
                "waiting": waiting,
                "items": [
                    {
                        "arxiv_id": item.paper.paper.arxiv_id,
                        "title": item.paper.paper.title,
                        "in_scope": item.prediction.in_scope,
                        "sections": item.prediction.sections,
                        "terms": item.prediction.terms,
                        "priority": item.priority,
                        "open_facets": item.prediction.open_facets,
                        "model_id": item.prediction.model_id,
                        "content_hash": item.paper.content_hash,
                    }
                    for item in items
                ],
            }
        )
        return
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
        question = open_question(item.prediction, services.taxonomy)
        rows.append(
            (
                item.paper.paper.arxiv_id,
                f"{item.prediction.in_scope:.2f}",
                best.section if best else "-",
                f"{best.probability:.2f}" if best else "-",
                ", ".join(question.facets) if question else "",
                item.paper.paper.title,
            )
        )
    invocation.output.table(columns, rows)
    shown = "deferred" if deferred else f"of {waiting} waiting"
    invocation.output.line(
        f"{len(rows)} {shown}; decide with `living-survey decide ID approve --suggested`"
    )
