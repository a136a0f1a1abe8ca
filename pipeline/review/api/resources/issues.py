"""Read, edit, build and approve issues of the digest, as on the editor's page."""

from config.errors import UsageError
from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import Call
from pipeline.review.api.documents.issues import (
    ApprovalRequest,
    EditRequest,
    IssueDocument,
    IssuesDocument,
    issue_document,
    issue_listed,
)
from pipeline.review.api.documents.problems import FieldProblem, ProblemError
from pipeline.review.api.operation import LARGEST_ACT, Answer, Operation
from pipeline.review.issues import acts
from pipeline.review.issues.edits import Typed, read_lead, read_note
from storage.issue_types import IssueEdits
from storage.paper_key import parse_key
from storage.store import OpenStore

_WEEK = "/issues/{week}"


def _week(call: Call) -> str:
    """Return the week of the address, or raise ProblemError if there is none, or not yet."""
    context = call.context
    try:
        return context.issues.read_week(call.path["week"], context.clock())
    except UsageError as error:
        raise ProblemError(404, "not-found", error.message, hint=error.hint) from None


def _list(call: Call) -> Answer:
    with call.context.read_store() as store:
        found = store.issues.all()
    return Answer(200, IssuesDocument(issues=tuple(map(issue_listed, found))))


def _get(call: Call) -> Answer:
    return _shown(call, _week(call))


def _shown(call: Call, week: str, open_store: OpenStore | None = None) -> Answer:
    context = call.context
    draft = context.issues.draft(open_store or context.read_store, week, context.clock())
    with (open_store or context.read_store)() as store:
        return Answer(200, issue_document(draft, store.issues.get(week)))


def _edit(call: Call) -> Answer:
    week, request = _week(call), call.body
    _check_fields(call, week, request)
    return act(
        call, lambda open_store: _edited(call, week, open_store), apart=call.context.open_store
    )


def _edited(call: Call, week: str, open_store: OpenStore) -> Answer:
    context, request = call.context, call.body

    def typed(before: IssueEdits) -> Typed:
        return _typed(request, before)

    saved = acts.save(
        open_store,
        week,
        typed,
        editor=call.person,
        clock=context.clock,
        seen=request.seen,
    )
    if saved.conflicts:
        raise ProblemError(
            409,
            "stale",
            "Nothing was saved: someone else changed the same fields meanwhile.",
            hint="Read the issue again; what it says now is in `errors`.",
            errors=[
                FieldProblem(pointer=_pointer(one.field, one.key), detail=one.theirs or "(nothing)")
                for one in saved.conflicts
            ],
        )
    return _shown(call, week, open_store)


def _check_fields(call: Call, week: str, request: EditRequest) -> None:
    """Raise ProblemError for leads in other languages than the survey's, and texts that are no ID.

    The page has fields for those only.
    """
    draft = call.context.issues.draft(call.context.read_store, week, call.context.clock())
    known = ", ".join(draft.pages)
    wrong = [
        FieldProblem(pointer=_pointer("lead", key[:40]), detail=f"The digest is in {known}.")
        for key in request.lead
        if key not in draft.pages
    ]
    ids = [("note", key) for key in request.notes]
    ids += [("order", key) for key in request.highlights or ()]
    wrong += [
        FieldProblem(pointer=_pointer(field, key[:40]), detail="It is not an arXiv ID.")
        for field, key in ids
        if _key_of(key) != key
    ]
    if wrong:
        raise ProblemError(422, "invalid", "The issue has no such fields.", errors=wrong[:20])


def _key_of(text: str) -> str | None:
    """Return the ID that a text is, without a version, or None."""
    return parse_key(text)


def _typed(request: EditRequest, before: IssueEdits) -> Typed:
    stated = "highlights" in request.model_fields_set
    return Typed(
        lead={language: read_lead(text) for language, text in request.lead.items()},
        notes={key: read_note(key, text) for key, text in request.notes.items()},
        highlights=request.highlights if stated else before.highlights,
    )


def _pointer(field: str, key: str) -> str:
    names = {"lead": "/lead", "note": "/notes", "order": "/highlights"}
    place = key.replace("~", "~0").replace("/", "~1")
    return f"{names[field]}/{place}" if key else names[field]


def _build(call: Call) -> Answer:
    context, week = call.context, _week(call)

    def built(open_store: OpenStore) -> Answer:
        acts.build(context.issues, open_store, week, editor=call.person, clock=context.clock)
        return _shown(call, week, open_store)

    return act(call, built, apart=context.open_store)


def _approve(call: Call) -> Answer:
    context, week = call.context, _week(call)
    request: ApprovalRequest = call.body

    def approved(open_store: OpenStore) -> Answer:
        acts.approve(
            context.issues,
            open_store,
            week,
            editor=call.person,
            clock=context.clock,
            seen=request.seen,
        )
        return _shown(call, week, open_store)

    return act(call, approved, apart=context.open_store)


def _withdraw(call: Call) -> Answer:
    context, week = call.context, _week(call)

    def withdrawn(open_store: OpenStore) -> Answer:
        acts.withdraw(context.issues, open_store, week, editor=call.person, clock=context.clock)
        return _shown(call, week, open_store)

    return act(call, withdrawn, apart=context.open_store)


OPERATIONS = (
    Operation(
        "listIssues",
        "GET",
        "/issues",
        "List the issues that were touched, the latest week first.",
        _list,
        Scope.READ,
        {200: IssuesDocument},
    ),
    Operation(
        "getIssue",
        "GET",
        _WEEK,
        "Get the issue of a week as it would go out.",
        _get,
        Scope.READ,
        {200: IssueDocument},
        problems=(404,),
        tagged=True,
    ),
    Operation(
        "editIssue",
        "POST",
        f"{_WEEK}/edits",
        "Change lead, notes or highlights of an issue.",
        _edit,
        Scope.PUBLISH,
        {200: IssueDocument},
        problems=(404, 409),
        description="409: someone else changed the same fields since `seen`; nothing is saved.",
        body=EditRequest,
        keyed=True,
        largest=LARGEST_ACT,
    ),
    Operation(
        "buildIssue",
        "POST",
        f"{_WEEK}/build",
        "Build an issue and record what it was built from.",
        _build,
        Scope.PUBLISH,
        {200: IssueDocument},
        problems=(404, 409),
        keyed=True,
    ),
    Operation(
        "approveIssue",
        "POST",
        f"{_WEEK}/approval",
        "Approve an issue as it was built.",
        _approve,
        Scope.PUBLISH,
        {200: IssueDocument},
        problems=(404, 409),
        body=ApprovalRequest,
        keyed=True,
    ),
    Operation(
        "withdrawIssue",
        "DELETE",
        f"{_WEEK}/approval",
        "Take the approval of an issue back.",
        _withdraw,
        Scope.PUBLISH,
        {200: IssueDocument},
        problems=(404, 409),
        keyed=True,
    ),
)
