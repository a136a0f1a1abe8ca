"""Return the ways of telling that the settings name."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from config.errors import LivingSurveyError
from config.schema import Settings
from pipeline.curated.title import survey_title
from pipeline.operate.alerts.message import Message
from pipeline.operate.alerts.ways.mail import mail_teller
from pipeline.operate.alerts.ways.program import program_teller
from pipeline.operate.alerts.ways.way import Told, Way
from pipeline.operate.alerts.ways.web import webhook_teller
from pipeline.runtime.services import Clock
from storage.alert_types import AlertKind

_Teller = Callable[[Message], Told]


def open_ways(settings: Settings, environment: Mapping[str, str], clock: Clock) -> tuple[Way, ...]:
    """Return every way of the settings; one that cannot be used fails when it is to tell."""
    return tuple(_ways(settings, environment, clock))


def _ways(settings: Settings, environment: Mapping[str, str], clock: Clock) -> Iterator[Way]:
    alerts = settings.alerts
    if alerts.mail_to:
        title = survey_title(settings.survey)
        for address in alerts.mail_to:
            made = partial(mail_teller, settings, environment, address, title, clock)
            yield Way(f"mail {address}", _usable(made))
    if alerts.webhook_url:
        yield Way("webhook", _usable(partial(webhook_teller, alerts, environment)))
    if alerts.command:
        yield Way(
            "command",
            program_teller(
                alerts.command,
                environment,
                secrets=_secrets(settings),
                seconds=alerts.command_seconds,
                directory=settings.root,
            ),
        )


def _usable(make: Callable[[], _Teller]) -> _Teller:
    try:
        return make()
    except LivingSurveyError as error:
        said = f"{error.message} {error.hint}".strip()
        return lambda _: Told(AlertKind.FAILED, said)


def _secrets(settings: Settings) -> frozenset[str]:
    """Return the variables that hold secrets of ours."""
    alerts, mail = settings.alerts, settings.mail
    return frozenset(
        {
            alerts.webhook_secret_variable,
            alerts.heartbeat_secret_variable,
            mail.password_variable,
            mail.imap_password_variable,
        }
    )
