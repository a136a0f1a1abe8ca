"""Show what waits for each person."""

from starlette.requests import Request
from starlette.responses import Response

from config.roles import Role
from pipeline.review.team.board import make_board
from pipeline.review.team.predicted import contradicting_by
from pipeline.review.web.card import grouped
from pipeline.review.web.context import context_of, person_of
from pipeline.review.web.render import render

#: what a page says after an act, by the word in its address
SAID = {
    "assigned": "Assigned.",
    "released": "Released: these papers are everybody's again.",
    "away": "Noted. What is assigned to them is everybody's meanwhile.",
    "back": "Noted: here again.",
}


def board_page(request: Request) -> Response:
    """Show the board, and to admins the forms that change it."""
    context, person = context_of(request), person_of(request)
    now = context.clock()
    with context.read_store() as store:
        person.progress.read(store)
        context.reading.look(store)
        board = make_board(
            store,
            now,
            today=context.today,
            limits=person.limits,
            claims=context.reading.standing(),
            contradicting=contradicting_by(
                context.explainers, context.precedents.read(store), person.limits.likely_from
            ),
            viewer=person.name,
            rules=context.rules,
        )
        held = [*store.assignments.standing()]
    own = [one for one in board.people if one.name == person.name]
    return render(
        request,
        "board/page.html",
        heading="Board",
        board=board,
        rows=[*own, *(one for one in board.people if one.name != person.name)],
        mine=own[0] if own else None,
        batches={one.number: len(one.papers) for one in held if one.section is None},
        may_assign=person.role.includes(Role.ADMIN),
        section_groups=grouped(context.taxonomy.sections),
        day=now.date(),
        said=SAID.get(request.query_params.get("done", ""), ""),
    )
