"""`serve --public`: the pages on which readers subscribe, for everybody."""

import os
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial

from config.errors import ConfigError
from config.schema import Settings
from pipeline.cli.mail_confirmations import send_waiting
from pipeline.cli.mail_resolve import LOCK
from pipeline.curated.title import survey_title
from pipeline.publish.mail.confirmations import confirmation_post
from pipeline.publish.mail.webhook.page import Webhook, webhook_routes
from pipeline.publish.mail.webhook.record import record_requests
from pipeline.publish.mail.webhook.secret import webhook_secret
from pipeline.publish.mail.webhook.spool import webhook_state
from pipeline.publish.public.app import create_public_app
from pipeline.publish.public.site import PublicSite, origin_of
from pipeline.publish.subscribers.courier import Courier
from pipeline.publish.subscribers.keys import checked_keys
from pipeline.publish.subscribers.outbox import RETRY_AFTER
from pipeline.publish.suggest import OWN_PAGE
from pipeline.review.web.server import listen_anywhere, serve_public
from pipeline.runtime.record import AnotherRunError, exclusive
from pipeline.runtime.services import Services, open_services
from storage.kept import KeptStores

#: seconds; a page answers "try again" after that
_BUSY_TIMEOUT = 8.0
#: seconds that reviewers have the database to themselves after they waited for it: each change of
#: the process that has it open takes longer than a decision
_REST = 1.5


def serve_subscribers(settings: Settings, host: str | None, port: int | None) -> None:
    """Serve the pages for subscribers until SIGTERM or SIGINT, and send their confirmations.

    Raises:
        ConfigError: no public address is set, or mail is set in part.
    """
    stated = settings.subscribers
    if not stated.url:
        raise ConfigError(
            "[subscribers] url is empty, so no mail could link to the pages.",
            hint="Set it to the public address of the pages, such as https://lists.example.org;"
            " to try them on this machine, http://127.0.0.1:8766.",
        )
    services = open_services(settings, busy_timeout_seconds=_BUSY_TIMEOUT)
    reading = open_services(settings, read_only=True, busy_timeout_seconds=_BUSY_TIMEOUT)
    with closing(
        KeptStores(
            settings.database.path,
            services.open_store,
            reading.open_store,
            busy_timeout_seconds=_BUSY_TIMEOUT,
            rest_seconds=_REST,
        )
    ) as kept:
        _serve(services, kept, host, port)


def _serve(services: Services, kept: KeptStores, host: str | None, port: int | None) -> None:
    settings = services.settings
    stated = settings.subscribers
    courier = None
    secret = webhook_secret(settings.mail, os.environ)
    if settings.mail.host:
        confirmation_post(settings, os.environ, services.clock)  # checks the settings
    if settings.mail.host or secret:
        sending = replace(services, open_store=kept.open_store)
        courier = Courier(partial(_carry, sending))
    wake = courier.wake if courier else lambda: None
    published = settings.publish.base_url
    site = PublicSite(
        open_store=kept.open_store,
        read_store=kept.read_store,
        keys=checked_keys(settings.database.path, services.open_store),
        settings=stated,
        taxonomy=services.taxonomy,
        survey=survey_title(settings.survey),
        clock=services.clock,
        origins=frozenset({origin_of(published)} if published else ()),
        about_url=published or settings.publish.list_url,
        queued=wake,
        suggestions=settings.suggestions,
        reasons=settings.review.reasons,
        mails=bool(settings.mail.host),
    )
    app = create_public_app(
        site,
        lifespan=courier.running if courier else None,
        more=webhook_routes(Webhook(secret, settings.mail.journal, wake)) if secret else (),
    )
    with listen_anywhere(
        stated.host if host is None else host,
        stated.port if port is None else port,
        section="subscribers",
    ) as listening:
        serve_public(app, listening, note=_note(settings))


def _carry(services: Services) -> None:
    """Send the confirmations that wait, and record what a mail provider posted."""
    settings = services.settings
    if settings.mail.host:
        send_waiting(services, os.environ, retry_after=RETRY_AFTER)
    keys = checked_keys(settings.database.path, services.open_store)
    if webhook_state(settings.mail.journal).waiting:
        with suppress(AnotherRunError), exclusive(settings.database.path, LOCK):
            record_requests(services, keys)


def _note(settings: Settings) -> str:
    url, lines = settings.subscribers.url, []
    lines.append(f"Readers open {url}")
    if settings.suggestions.enabled:
        lines.append(f"They suggest papers and corrections at {url}{OWN_PAGE}")
    if not settings.mail.host:
        lines.append("[mail] host is empty: confirmations wait for `mail confirmations`.")
    return "\n".join(lines)
