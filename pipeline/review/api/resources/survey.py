"""Read the survey: sections, publications, audit, runs, state, and who is asking."""

from pydantic import Field

from config.instants import read_instant
from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import ApiContext, Call
from pipeline.review.api.cursors import Cursors
from pipeline.review.api.documents.base import CursorText, Limit, Query
from pipeline.review.api.documents.survey import (
    AuditDocument,
    MeDocument,
    PublishedPage,
    RunPage,
    SectionsDocument,
    StatusDocument,
    TokenDocument,
    TokensDocument,
    audit_document,
    published_line,
    run_document,
    sections_document,
    status_document,
    token_document,
)
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.audit import audit_report
from pipeline.review.tokens import revoke_token
from storage.store import OpenStore, Store


class PublishedQuery(Query):
    """Which publications."""

    target: str | None = Field(default=None, max_length=60, description="Such as `list`.")
    section: str | None = Field(default=None, max_length=120, description="In this section.")
    limit: Limit = 50
    cursor: CursorText = ""


class RunsQuery(Query):
    """Which executions."""

    command: str | None = Field(default=None, max_length=60, description="Of this command.")
    limit: Limit = 20
    cursor: CursorText = ""


def read_sections(context: ApiContext) -> SectionsDocument:
    """Return the taxonomy and the reasons for rejecting a paper."""
    return sections_document(context.taxonomy, context.survey_title, tuple(context.review.reasons))


def read_published(
    context: ApiContext, store: Store, query: PublishedQuery, listed: str = "published"
) -> PublishedPage:
    """Return a page of publications, latest first.

    Raises:
        ProblemError: the cursor is of another list.
    """
    cursors = Cursors(context.secret)
    place = cursors.read(listed, query, query.cursor)
    after = (place[0], place[1], place[2], read_instant(place[3])) if place else None
    rows = store.published.page(
        limit=query.limit + 1, target=query.target, section=query.section, after=after
    )
    shown = rows[: query.limit]
    titles = store.papers.titles({row[0] for row in shown})
    following = None
    if len(rows) > query.limit:
        key, target, section, at = shown[-1]
        following = cursors.write(listed, query, [key, target, section, at.isoformat()])
    return PublishedPage(
        published=tuple(published_line(row, titles) for row in shown), next=following
    )


def read_status(context: ApiContext) -> StatusDocument:
    """Return how the survey is; it opens the store for a moment."""
    return status_document(context.state())


def _sections(call: Call) -> Answer:
    return Answer(200, read_sections(call.context))


def _published(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(200, read_published(call.context, store, call.query))


def _audit(call: Call) -> Answer:
    report = audit_report(call.context.read_store, limits=call.context.limits)
    return Answer(200, audit_document(report))


def _runs(call: Call) -> Answer:
    query: RunsQuery = call.query
    cursors = Cursors(call.context.secret)
    place = cursors.read("runs", query, query.cursor)
    with call.context.read_store() as store:
        found = store.runs.recent(query.limit + 1, query.command, after=place[0] if place else None)
    shown = found[: query.limit]
    more = len(found) > query.limit
    following = cursors.write("runs", query, [shown[-1].run_id]) if more else None
    return Answer(200, RunPage(runs=tuple(map(run_document, shown)), next=following))


def _status(call: Call) -> Answer:
    return Answer(200, read_status(call.context))


def _me(call: Call) -> Answer:
    caller = call.caller
    assert caller is not None
    return Answer(
        200,
        MeDocument(
            person=caller.person.name,
            role=caller.person.role,
            scopes=tuple(one for one in Scope if one in caller.scopes),
            token=token_document(caller.token),
        ),
    )


def _tokens(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(
            200, TokensDocument(tokens=tuple(map(token_document, store.api_tokens.all())))
        )


def _revoke(call: Call) -> Answer:
    context = call.context

    def revoked(open_store: OpenStore) -> Answer:
        token, _ = revoke_token(
            open_store, call.path["token_id"], actor=call.person, clock=context.clock
        )
        return Answer(200, token_document(token))

    return act(call, revoked)


OPERATIONS = (
    Operation(
        "getSections",
        "GET",
        "/sections",
        "Get the taxonomy and the reasons for rejecting a paper.",
        _sections,
        Scope.READ,
        {200: SectionsDocument},
        tagged=True,
    ),
    Operation(
        "listPublished",
        "GET",
        "/published",
        "List what was published, latest first.",
        _published,
        Scope.READ,
        {200: PublishedPage},
        query=PublishedQuery,
    ),
    Operation(
        "getAudit",
        "GET",
        "/audit",
        "Estimate how many relevant papers are unseen.",
        _audit,
        Scope.READ,
        {200: AuditDocument},
        tagged=True,
    ),
    Operation(
        "listRuns",
        "GET",
        "/runs",
        "List executions of commands, latest first.",
        _runs,
        Scope.READ,
        {200: RunPage},
        query=RunsQuery,
    ),
    Operation(
        "getStatus",
        "GET",
        "/status",
        "Get what is held, what ran, what is complete.",
        _status,
        Scope.READ,
        {200: StatusDocument},
        tagged=True,
    ),
    Operation(
        "getMe",
        "GET",
        "/me",
        "Get whom the token speaks for and what it may do.",
        _me,
        Scope.READ,
        {200: MeDocument},
    ),
    Operation(
        "listTokens",
        "GET",
        "/tokens",
        "List all tokens, without their secrets.",
        _tokens,
        Scope.ADMIN,
        {200: TokensDocument},
    ),
    Operation(
        "revokeToken",
        "DELETE",
        "/tokens/{token_id}",
        "End a token at once.",
        _revoke,
        Scope.ADMIN,
        {200: TokenDocument},
        problems=(404,),
        keyed=True,
    ),
)
