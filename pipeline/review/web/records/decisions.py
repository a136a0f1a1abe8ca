"""The decisions page: what was decided, filtered, page by page, with imports as groups."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from config.reasons import Reason
from pipeline.review.account import (
    account_page,
    place_text,
    read_filter,
    read_place,
    to_query,
)
from pipeline.review.web.card import grouped
from pipeline.review.web.context import context_of, progress_of
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title
from pipeline.review.web.view_state import read_view
from storage.decision_account import NOT_STATED, DecisionFilter

PATH = "/decisions"
#: decisions of a page
PAGE_SIZE = 50


def decisions_page(request: Request) -> Response:
    """Show the decisions that a filter selects, latest first."""
    context = context_of(request)
    wanted = read_filter(request.query_params, context.taxonomy, context.reasons)
    before = request.query_params.get("before", "")
    with context.read_store() as store:
        progress_of(request).read(store)
        account = account_page(store, wanted, limit=PAGE_SIZE, before=read_place(before))
    query = to_query(wanted)
    return render(
        request,
        "records/decisions.html",
        heading="Decisions",
        view=read_view(PATH, {**query, **({"before": before} if before else {})}, context.taxonomy),
        account=account,
        titles={key: shown_title(title, key) for key, title in account.titles.items()},
        wanted=wanted,
        query=query,
        first_page=_address(query) if before else "",
        next_page=_address({**query, "before": place_text(account.after)}) if account.after else "",
        groups=[(group, _group_address(wanted, group.batch_id)) for group in account.imports],
        reason_codes=_codes(account.reasons, context.reasons),
        section_groups=grouped(context.taxonomy.sections),
    )


def _codes(used: Iterable[str], reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Return the settings' reasons and those that were used, once each."""
    return tuple(
        dict.fromkeys(
            [*(one.code for one in reasons), *(code for code in used if code != NOT_STATED)]
        )
    )


def _group_address(wanted: DecisionFilter, batch_id: str | None) -> str:
    query = {name: text for name, text in to_query(wanted).items() if name != "reviewer"}
    return _address({**query, **({"act": batch_id} if batch_id else {"reviewer": "list"})})


def _address(query: Mapping[str, str]) -> str:
    return f"{PATH}?{urlencode(query)}" if query else PATH
