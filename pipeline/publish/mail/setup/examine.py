"""Diagnose mail: everything outside this program that mail needs to arrive. Sends nothing."""

import ssl
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import dns.resolver

from config.errors import ConfigError, LivingSurveyError
from config.loopback import is_loopback_host
from config.mail_schema import MailSettings
from pipeline.publish.digest.week import Week
from pipeline.publish.mail.account import server_of
from pipeline.publish.mail.letter import Reader
from pipeline.publish.mail.mailing import of_week
from pipeline.publish.mail.opening import offline_post
from pipeline.publish.mail.preview import preview
from pipeline.publish.mail.setup.dkim_check import check_dkim
from pipeline.publish.mail.setup.dmarc import Authenticated, check_dmarc
from pipeline.publish.mail.setup.hosts import Sending, check_mx, check_ptr, sending_addresses
from pipeline.publish.mail.setup.lookup import DnsFaultError, Lookup, resolver_of
from pipeline.publish.mail.setup.message import check_message
from pipeline.publish.mail.setup.server import check_server
from pipeline.publish.mail.setup.spf_check import check_spf
from pipeline.publish.subscribers.keys import key_path
from pipeline.runtime.findings import Finding
from pipeline.runtime.services import NoDatabaseError, Services


@dataclass(frozen=True, slots=True)
class MailSurroundings:
    """What the checks ask and compare with."""

    resolver: dns.resolver.Resolver
    now: datetime
    #: may hold the password
    environment: Mapping[str, str]
    #: builds the message that `mail test` would send; None: there is nothing to send yet
    message: Callable[[], bytes | None]


def surroundings(services: Services, environment: Mapping[str, str]) -> MailSurroundings:
    """Return the real ones: a name server, the clock, the environment, the last issue.

    Raises:
        ConfigError: this machine has no name server.
    """
    resolver = resolver_of(services.settings.mail.name_server)
    return MailSurroundings(
        resolver, services.clock(), environment, message=lambda: _last_message(services)
    )


def _last_message(services: Services) -> bytes | None:
    """Return the mail of the last issue that was published; None: there is none to look at.

    The key of links is not created here, because this changes nothing.
    """
    if not key_path(services.settings.database.path).exists():
        return None
    try:
        with services.open_store() as store:
            issues = [one for one in store.issues.all() if one.published_at is not None]
    except NoDatabaseError:
        return None
    if not issues:
        return None
    week = Week.parse(max(one.week for one in issues))
    return preview(services, offline_post(services), of_week(week), Reader("")).message


def examine_mail(mail: MailSettings, around: MailSurroundings) -> tuple[Finding, ...]:
    """Return what keeps mail from arriving; empty if all is well."""
    missing = [name for name in ("from_address", "host") if not getattr(mail, name)]
    if missing:
        named = " and ".join(missing)
        return (
            Finding(
                "settings",
                f"[mail] {named} {'is' if len(missing) == 1 else 'are'} not set, so no mail is"
                " sent.",
                'Set them: from_address = "survey@example.org", host = "smtp.example.org".',
            ),
        )
    lookup = Lookup(around.resolver)
    found = [*_password(mail), *_of_dns(mail, lookup), *_of_server(mail, around)]
    found += _of_message(mail, around)
    return tuple(dict.fromkeys(found))


def _of_message(mail: MailSettings, around: MailSurroundings) -> Iterator[Finding]:
    try:
        data = around.message()
    except LivingSurveyError as error:
        yield Finding("message", error.message, error.hint)
        return
    if data is not None:
        yield from check_message(data, signed=bool(mail.dkim_selector and mail.dkim_key))


def _of_dns(mail: MailSettings, lookup: Lookup) -> Iterator[Finding]:
    envelope = mail.bounce_address or mail.from_address
    domain, bounces = _domain(mail.from_address), _domain(envelope)
    sending: tuple[Sending, ...] = ()
    try:
        sending = sending_addresses(lookup, mail.sending_hosts or (mail.host,))
        if not sending:
            yield _unknown_sender(mail)
    except DnsFaultError as error:
        yield _no_answer("SPF", error)
    spf = [*_asked("SPF", lambda: check_spf(lookup, envelope, sending))]
    signing = (mail.dkim_domain or domain).lower()
    dkim = [*_asked("DKIM", lambda: check_dkim(lookup, mail, signing))]
    yield from (*spf, *dkim)
    authenticated = Authenticated(
        spf="" if spf else bounces,
        dkim=signing if mail.dkim_selector and not any(one.wrong for one in dkim) else "",
    )
    yield from _asked(
        "DMARC", lambda: check_dmarc(lookup, domain, mail.from_address, authenticated)
    )
    for each in dict.fromkeys((domain, bounces)):
        yield from _asked("MX", lambda each=each: check_mx(lookup, each))  # type: ignore[misc]
    yield from _asked("PTR", lambda: check_ptr(lookup, sending, domain))


def _of_server(mail: MailSettings, around: MailSurroundings) -> Iterator[Finding]:
    try:
        server = server_of(mail, around.environment)
        context = ssl.create_default_context(cafile=server.ca_file)
    except ConfigError as error:
        yield Finding("account", error.message, error.hint)
        return
    except OSError as error:  # of TLS, too
        said = error.strerror or type(error).__name__
        yield Finding(
            "TLS",
            f"[mail] ca_file {mail.ca_file} cannot be read: {said}.",
            "Name a file of certificates in PEM form, or leave it empty.",
        )
        return
    yield from check_server(server, context=context, now=around.now)


def _password(mail: MailSettings) -> Iterator[Finding]:
    path = mail.password_file
    try:
        exposed = path is not None and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    except OSError:
        return  # named with the account
    if exposed:
        yield Finding(
            "account", f"other users of this machine can read {path}.", f"`chmod 600 {path}`"
        )


def _unknown_sender(mail: MailSettings) -> Finding:
    if mail.sending_hosts:
        named = ", ".join(mail.sending_hosts)
        return Finding(
            "SPF",
            f"[mail] sending_hosts names {named}, which has no public address.",
            "Name the machines that hand the mail to the recipients' servers.",
        )
    if is_loopback_host(mail.host):
        return Finding(
            "SPF",
            f"{mail.host} is this machine, so it is not known from which address mail leaves; SPF"
            " and PTR of the address were not checked.",
            'Name it: [mail] sending_hosts = ["mail.example.org"].',
            wrong=False,
        )
    return Finding(
        "SPF",
        f"{mail.host} has no public address, so SPF and PTR of the address were not checked.",
        "Correct [mail] host, or name the machine that mail leaves from under sending_hosts.",
    )


def _asked(check: str, findings: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield the findings of one check; what DNS does not answer is one itself."""
    try:
        yield from findings()
    except DnsFaultError as error:
        yield _no_answer(check, error)


def _no_answer(check: str, error: DnsFaultError) -> Finding:
    return Finding(
        check,
        f"{error}, so it is not known whether {check} is right.",
        "Try again later; if it stays, look at the name servers of that domain.",
    )


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
