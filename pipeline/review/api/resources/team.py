"""Read the board, assign papers to people, and note absences."""

from config.scopes import Scope
from pipeline.review.api.acting import act
from pipeline.review.api.context import Call
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.documents.team import (
    AbsenceDocument,
    AbsenceRequest,
    AssignmentDocument,
    AssignmentsDocument,
    AssignRequest,
    BoardDocument,
    ReturnRequest,
    absence_document,
    assignment_document,
    board_document,
)
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.api.reading import refused
from pipeline.review.rulings.precedents import read_precedents
from pipeline.review.team import acts
from pipeline.review.team.acts import By
from pipeline.review.team.board import make_board
from pipeline.review.team.predicted import contradicting_by
from storage.absences import Absence
from storage.assignments import Assignment
from storage.calendar import announcement_day
from storage.queue_filter import QueueFilter
from storage.store import OpenStore, Store


def _board(call: Call) -> Answer:
    context, now = call.context, call.context.clock()
    with context.read_store() as store:
        precedents = read_precedents(store) if store.rulings.last_event() else ()
        board = make_board(
            store,
            now,
            today=announcement_day(now),
            limits=context.limits,
            claims=context.reading.standing() if context.reading else {},
            contradicting=contradicting_by(
                context.explainers, precedents, context.limits.likely_from
            ),
            viewer=call.person,
            rules=context.rules,
        )
    return Answer(200, board_document(board))


def _assignments(call: Call) -> Answer:
    with call.context.read_store() as store:
        found = store.assignments.standing()
    return Answer(200, AssignmentsDocument(assignments=tuple(map(assignment_document, found))))


def _assign(call: Call) -> Answer:
    return act(call, lambda open_store: _assigned(call, open_store))


def _assigned(call: Call, open_store: OpenStore) -> Answer:
    context, request, by = call.context, call.body, _by(call)
    if request.batch is None and not request.sections:
        raise refused("What is to be assigned?", "Name sections or a batch.", "/sections", "/batch")
    if request.batch is not None and len(request.sections) > 1:
        raise refused("A batch is of one section or of all.", "Make a batch of each.", "/sections")
    with open_store() as store:
        before = {one.number for one in store.assignments.standing()}
        if request.batch is None:
            acts.assign_sections(store, context.taxonomy, request.sections, request.person, by)
        else:
            section = context.taxonomy.section(request.sections[0]).id if request.sections else None
            wanted = QueueFilter(section=section, at_least=context.limits.likely_from)
            today = announcement_day(by.at)
            acts.assign_batch(store, wanted, request.batch, request.person, by, today=today)
        made = [one for one in store.assignments.standing() if one.number not in before]
    document = AssignmentsDocument(assignments=tuple(map(assignment_document, made)))
    return Answer(201 if made else 200, document)


def _release(call: Call) -> Answer:
    def released(open_store: OpenStore) -> Answer:
        with open_store() as store:
            one = _named(call, store)
            acts.release(
                store,
                _by(call),
                sections=[one.section] if one.section is not None else [],
                batches=[] if one.section is not None else [one.number],
                of=one.reviewer,
            )
        return Answer(200, assignment_document(one))

    return act(call, released)


def _named(call: Call, store: Store) -> Assignment:
    text = call.path["assignment"]
    for one in store.assignments.standing():
        if str(one.number) == text:
            return one
    raise ProblemError(404, "not-found", "There is no such assignment, or it was ended.")


def _away(call: Call) -> Answer:
    request: AbsenceRequest = call.body
    person = _person(call, request.person)

    def noted(open_store: OpenStore) -> Answer:
        by, reading = _by(call), call.context.reading
        first = request.first_day or by.at.date()
        absence = Absence(person, first, request.last_day)
        with open_store() as store:
            done = acts.note_absence(store, reading.claims if reading else None, absence, by)
        return Answer(200, absence_document(done))

    return act(call, noted)


def _back(call: Call) -> Answer:
    request: ReturnRequest = call.body
    person = _person(call, request.person)

    def noted(open_store: OpenStore) -> Answer:
        with open_store() as store:
            return Answer(200, absence_document(acts.note_return(store, person, _by(call))))

    return act(call, noted)


def _person(call: Call, named: str | None) -> str:
    """Return who it is about; raise ProblemError for another person without the scope `admin`."""
    caller = call.caller
    assert caller is not None
    if named is None or named == call.person:
        return call.person
    if Scope.ADMIN not in caller.scopes:
        raise ProblemError(
            403,
            "not-allowed",
            "You note your own absences; those of others need the scope `admin`.",
            hint="Leave `person` out, or use a token of an admin.",
        )
    return named


def _by(call: Call) -> By:
    return By(call.person, call.context.clock())


OPERATIONS = (
    Operation(
        "getBoard",
        "GET",
        "/team",
        "Get what waits for each person, and how long it will take them.",
        _board,
        Scope.READ,
        {200: BoardDocument},
    ),
    Operation(
        "listAssignments",
        "GET",
        "/assignments",
        "List who is to read which sections and batches.",
        _assignments,
        Scope.READ,
        {200: AssignmentsDocument},
        tagged=True,
    ),
    Operation(
        "assign",
        "POST",
        "/assignments",
        "Let a person read the papers of sections, or a batch of papers.",
        _assign,
        Scope.ADMIN,
        {201: AssignmentsDocument, 200: AssignmentsDocument},
        description="The answer has the new assignments; 200: the person had them already.",
        body=AssignRequest,
        keyed=True,
    ),
    Operation(
        "release",
        "DELETE",
        "/assignments/{assignment}",
        "End an assignment; its papers are everybody's again.",
        _release,
        Scope.ADMIN,
        {200: AssignmentDocument},
        problems=(404,),
        keyed=True,
    ),
    Operation(
        "noteAbsence",
        "POST",
        "/absences",
        "Note that you are away, or with the scope `admin` somebody else.",
        _away,
        Scope.DECIDE,
        {200: AbsenceDocument},
        body=AbsenceRequest,
        keyed=True,
    ),
    Operation(
        "noteReturn",
        "POST",
        "/absences/end",
        "Note that you are here again, or with the scope `admin` somebody else.",
        _back,
        Scope.DECIDE,
        {200: AbsenceDocument},
        body=ReturnRequest,
        keyed=True,
    ),
)
