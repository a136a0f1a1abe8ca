"""`token`: tokens that open the JSON API."""

from typing import Annotated

import typer

from config.errors import UsageError
from config.scopes import Scope
from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.review.tokens import MOST_DAYS, create_token, revoke_token
from pipeline.runtime.services import open_services
from storage.api_tokens import Token

_COLUMNS = (
    Column("token"),
    Column("person"),
    Column("may"),
    Column("state"),
    Column("last used"),
    Column("for", flexible=True),
)


@command(
    "create",
    examples="""
    living-survey token create --scope read --label "weekly report"
    living-survey token create --scope read --scope decide --days 30
    living-survey token create --scope read --person ada --json
    """,
)
def create(
    invocation: Invocation,
    scope: Annotated[list[Scope], typer.Option(help="What it may do; give one or several.")],
    person: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose token it is. Default: who reviews here."),
    ] = None,
    label: Annotated[str, typer.Option(metavar="TEXT", help="What it is for.")] = "",
    days: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_DAYS, show_default=False, help="Days after which it ends ([api])."
        ),
    ] = None,
    *,
    never_expires: Annotated[
        bool, typer.Option("--never-expires", help="It ends only when it is revoked.")
    ] = False,
) -> Answer:
    """Make a token for the JSON API and print it once.

    Decisions made with it are recorded under the person's name. It never may more than that
    person's role, and ends with their account.
    """
    if never_expires and days is not None:
        raise UsageError("A token has days or never expires.", hint="Leave one of them out.")
    services = open_services(invocation.settings)
    name = reviewer_of(invocation.settings)
    made = create_token(
        services.open_store,
        person=person or name,
        scopes=scope,
        label=label,
        days=None if never_expires else days or invocation.settings.api.token_days,
        actor=name,
        clock=services.clock,
    )
    token = made.token
    ends = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "until it is revoked"
    return Answer(
        {**_document(token), "secret": made.secret},
        (
            made.secret,
            f"token {token.token_id} of {token.person}: may {', '.join(token.scopes)}, {ends}",
            "It is not shown again. Send it as `Authorization: Bearer TOKEN`.",
        ),
    )


@command("list", examples="living-survey token list\nliving-survey token list --json")
def list_(invocation: Invocation) -> Answer:
    """List the tokens of the JSON API, without their secrets."""
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        tokens = store.api_tokens.all()
    now = services.clock()
    rows = (
        (
            one.token_id,
            one.person,
            ", ".join(one.scopes),
            _state(one, live=one.is_live(now)),
            f"{one.used_at:%Y-%m-%d %H:%M}" if one.used_at else "never",
            one.label,
        )
        for one in tokens
    )
    shown = table(_COLUMNS, rows) if tokens else "There are no tokens."
    return Answer({"tokens": [_document(one) for one in tokens]}, (shown,))


@command("revoke", examples="living-survey token revoke 4f1d09ab33c2")
def revoke(
    invocation: Invocation,
    token: Annotated[str, typer.Argument(metavar="ID", help="As `token list` shows it.")],
) -> Answer:
    """End a token at once."""
    services = open_services(invocation.settings)
    found, done = revoke_token(
        services.open_store,
        token,
        actor=reviewer_of(invocation.settings),
        clock=services.clock,
    )
    said = "revoked" if done else f"was revoked before, by {found.revoked_by}"
    return Answer({**_document(found), "changed": done}, (f"token {found.token_id} {said}",))


def _document(token: Token) -> dict[str, object]:
    return {
        "token_id": token.token_id,
        "person": token.person,
        "label": token.label,
        "scopes": list(token.scopes),
        "created_by": token.created_by,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_by": token.revoked_by,
        "revoked_at": token.revoked_at,
        "used_at": token.used_at,
    }


def _state(token: Token, *, live: bool) -> str:
    if token.revoked_at is not None:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    if token.expires_at is None:
        return "does not end"
    return f"{'until' if live else 'ended'} {token.expires_at:%Y-%m-%d}"
