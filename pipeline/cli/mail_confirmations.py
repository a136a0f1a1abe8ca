"""`mail confirmations`: the mails that ask people to confirm."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import session
from pipeline.curated.title import survey_title
from pipeline.publish.mail import books
from pipeline.publish.mail.confirmations import confirmation_post
from pipeline.publish.subscribers.answers import send_answers
from pipeline.publish.subscribers.keys import checked_keys
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.publish.subscribers.outbox import OutboxReport, send_confirmations
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services


@command("confirmations", examples="living-survey mail confirmations")
def confirmations(invocation: Invocation) -> Answer:
    """Send the mails that ask people to confirm, if any wait.

    It also sends people the link to the answer on what they suggested, if they left an address.
    `mail send` does the same before it sends an issue. Each is sent at most once. Exit status: 0,
    75 the mail server put one off.
    """
    with session(invocation, "mail confirmations") as opened:
        report = send_waiting(opened.services, os.environ)
    rest = f"{report.failed} refused, {report.uncertain} uncertain, {report.deferred} put off"
    lines: tuple[str, ...] = (f"{counted(report.sent, 'confirmation')} sent, {rest}",)
    if report.answers:
        lines += (f"{counted(report.answers, 'answer')} to suggestions sent",)
    return Answer(report, lines, status=75 if report.deferred else 0)


def send_waiting(
    services: Services,
    environment: Mapping[str, str],
    *,
    retry_after: timedelta = timedelta(),
) -> OutboxReport:
    """Send what waits; a deferred mail after `retry_after`.

    Raises:
        ConfigError: a setting of mail is missing or cannot be used.
    """
    settings = services.settings
    keys = checked_keys(settings.database.path, services.open_store)
    with services.open_store() as store:
        books.follow_suppressions(settings.mail.journal, store)
        blocked = books.suppressed_addresses(store, settings.mail.soft_bounces)
    post = confirmation_post(settings, environment, services.clock)
    links = SubscriberLinks(settings.subscribers.url, keys.tokens)
    report = send_confirmations(
        services,
        post,
        links=links,
        survey=survey_title(settings.survey),
        retry_after=retry_after,
        blocked=blocked,
    )
    if not settings.suggestions.enabled or report.stopped:
        return report
    answered = send_answers(
        services,
        post,
        links=links,
        survey=survey_title(settings.survey),
        salt=keys.salt,
        blocked=blocked,
        retry_after=retry_after,
    )
    return replace(report, answers=answered)
