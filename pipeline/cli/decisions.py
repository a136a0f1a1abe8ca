"""`decisions`: what was decided, by whom and when."""

from typing import Annotated

import typer

from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Table, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.review.account import (
    AccountPage,
    account_page,
    people_text,
    place_text,
    read_filter,
    read_place,
    tally_text,
)
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services
from storage.batches import BatchKind
from storage.decision_account import AccountRow, ImportGroup


@command(
    "decisions",
    examples="""
    living-survey decisions
    living-survey decisions --verdict reject --reason no-language
    living-survey decisions --reviewer ada --from 2026-03-01 --until 2026-03-17
    living-survey decisions --search "layout planning" --json
    """,
)
def decisions(
    invocation: Invocation,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of one reviewer; `list`: the curated list.")
    ] = None,
    verdict: Annotated[
        str | None, typer.Option(metavar="VERDICT", help="approve, reject or defer.")
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Rejections for this reason; `none`: not stated."),
    ] = None,
    section: Annotated[
        str | None, typer.Option(metavar="ID", help="Approvals into this section.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="Decided on this day (UTC) or later."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="Decided on this day (UTC) or earlier.")
    ] = None,
    act: Annotated[
        str | None, typer.Option(metavar="ID", help="Of one act, such as an import.")
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Words of title, abstract, authors or note, or an ID."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    before: Annotated[
        str | None, typer.Option(metavar="PLACE", help="The page before this place; see --json.")
    ] = None,
) -> Answer:
    """Show the decisions, latest first, and how many stand.

    Imports are counted as groups; --act, --reviewer and --search list their decisions.
    """
    services = open_services(invocation.settings, read_only=True)
    reasons = invocation.settings.review.reasons
    asked = {
        "reviewer": reviewer,
        "verdict": verdict,
        "reason": reason,
        "section": section,
        "from": since,
        "until": until,
        "act": act,
        "search": search,
    }
    wanted = read_filter(
        {name: text for name, text in asked.items() if text}, services.taxonomy, reasons
    )
    with services.open_store() as store:
        page = account_page(store, wanted, limit=limit, before=read_place(before or ""))
    following = place_text(page.after) if page.after else None
    return Answer(
        {
            "tally": page.tally,
            "decisions": [_row(row, page) for row in page.rows],
            "imports": page.imports,
            "reasons": page.reasons,
            "next": following,
        },
        (
            tally_text(page.tally),
            *(_import(group) for group in page.imports),
            *_other(page),
            "",
            _table(page),
            *((f"more: --before {following}",) if following else ()),
        ),
    )


def _import(group: ImportGroup) -> str:
    day = f" on {group.recorded_at:%Y-%m-%d}" if group.recorded_at else ""
    source = group.source or "the list"
    show = f"--act {group.batch_id}" if group.batch_id else f"--reviewer {group.reviewer}"
    if group.kind == BatchKind.RULE:
        return f"{counted(group.decisions, 'decision')} of the rule {source}{day}: {show}"
    return f"{counted(group.decisions, 'decision')} imported from {source}{day}: {show}"


def _other(page: AccountPage) -> Text:
    if page.other_share is None:
        return ()
    said = f"{page.other_share:.0%} of the reasons are `other`"
    return (f"{said}: define the reasons that are missing with [[review.reasons]].",)


def _row(row: AccountRow, page: AccountPage) -> dict[str, object]:
    return {
        "decision": row.decision,
        "words": page.words.get(row.decision.decision_id, ()),
        "title": page.titles.get(row.decision.arxiv_id, ""),
        "standing": row.standing,
    }


def _table(page: AccountPage) -> Table:
    columns = (
        Column("decided"),
        Column("arXiv id"),
        Column("verdict"),
        Column("reviewer"),
        Column("reason or sections"),
        Column("title", flexible=True, below=True),
    )
    rows = []
    for row in page.rows:
        one = row.decision
        state = "" if row.standing else " (taken back)" if one.undone_at else " (replaced)"
        why = one.reason or ", ".join(one.sections)
        title = plain_text(page.titles.get(one.arxiv_id, ""))
        decided = f"{one.decided_at:%Y-%m-%d %H:%M}"
        by = people_text(one, page.words.get(one.decision_id, ()))
        rows.append((decided, one.arxiv_id, f"{one.verdict}{state}", by, why, title))
    return table(columns, rows)
