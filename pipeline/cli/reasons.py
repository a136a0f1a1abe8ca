"""`reasons`: the reasons for rejecting a paper."""

from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import Invocation, command


@command("reasons", examples="living-survey reasons\nliving-survey reasons --json")
def reasons(invocation: Invocation) -> Answer:
    """List the reasons for rejecting a paper, with their codes.

    `[[review.reasons]]` in the settings defines others.
    """
    known = invocation.settings.review.reasons
    columns = (
        Column("code"),
        Column("name"),
        Column("trains as"),
        Column("definition", flexible=True, below=True),
    )
    rows = ((one.code, one.name, one.trains_as, one.definition) for one in known)
    return Answer([one.model_dump() for one in known], (table(columns, rows),))
