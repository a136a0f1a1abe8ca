"""Check the accounts: is somebody an admin, can everybody log in, and can it be read on the way."""

from collections.abc import Iterator
from datetime import timedelta

from config.roles import Role
from config.schema import ReviewSettings
from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.accounts import Account

_WHAT = "accounts"


def checks(services: Services) -> Iterator[Finding]:
    """Yield the findings about accounts, and about names and proxies that need some.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    settings, now = services.settings.review, services.clock()
    with services.open_store() as store:
        accounts = store.accounts.all()
        changed, links = store.passwords.changed(), store.passwords.links()
    if not accounts:
        if settings.hosts:
            yield Finding(
                _WHAT,
                f"[review] hosts names {', '.join(settings.hosts)}, but there are no accounts, so"
                " the pages answer to this machine only.",
                "`living-survey reviewer add NAME --role admin` makes the first.",
                wrong=False,
            )
        return
    active = [one for one in accounts if not one.disabled]
    if not any(one.role is Role.ADMIN for one in active):
        yield Finding(
            _WHAT,
            "no account that can log in is an admin, so no one can add or change accounts.",
            f"`living-survey reviewer role {accounts[0].name} admin`, after `reviewer enable` if it"
            " is disabled.",
        )
    lasts = timedelta(hours=settings.link_hours)
    waiting = [
        one
        for one in active
        if one.name not in changed
        and now - one.added_at >= lasts
        and (one.name not in links or links[one.name].expires_at <= now)
    ]
    if waiting:
        yield _without_password(waiting)
    yield from _on_the_way(settings)


def _without_password(waiting: list[Account]) -> Finding:
    named = ", ".join(one.name for one in waiting)
    return Finding(
        _WHAT,
        f"{counted(len(waiting), 'account has', 'accounts have')} no password and no link that"
        f" still works: {named}.",
        f"`living-survey reviewer password {waiting[0].name} --link` makes a new one.",
        wrong=False,
    )


def _on_the_way(settings: ReviewSettings) -> Iterator[Finding]:
    if settings.plain_http == "allowed":
        yield Finding(
            _WHAT,
            "[review] plain_http is allowed: passwords and sessions can be read on the way.",
            "Put a proxy that speaks TLS before the pages, name it in trusted_proxies, and remove"
            " plain_http (docs/guides/team.md).",
            wrong=False,
        )
    elif settings.hosts and not settings.trusted_proxies:
        yield Finding(
            _WHAT,
            f"no one can log in at {settings.hosts[0]}: [review] hosts names it, but"
            " trusted_proxies names no proxy that speaks TLS.",
            "Name it, such as 127.0.0.1, and let it send X-Forwarded-Proto (docs/guides/team.md).",
        )
