"""Make from the settings what sending needs."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from urllib.parse import urlsplit

from config.errors import ConfigError
from config.loopback import is_loopback_url
from config.schema import Settings
from pipeline.curated.title import survey_title
from pipeline.publish.mail.account import sender_of, server_of
from pipeline.publish.mail.letter import Links
from pipeline.publish.mail.message import signer_of
from pipeline.publish.mail.pace import Limits
from pipeline.publish.mail.post import Personal, Post
from pipeline.publish.mail.transport import Connection, connected
from pipeline.publish.subscribers.keys import SubscriberKeys, checked_keys
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.publish.subscribers.tokens import Purpose
from pipeline.runtime.services import Services

#: the person of a test or a preview; no subscriber has this ID, so the links lead nowhere
TEST_ID = "test"


def open_post(
    services: Services,
    environment: Mapping[str, str],
    *,
    monotonic: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Post:
    """Return what sending needs; nothing is connected yet.

    Raises:
        ConfigError: a setting is missing or cannot be used, or the key is not the subscribers'.
    """
    server = server_of(services.settings.mail, environment)
    return _post(services, partial(connected, server), monotonic, wait)


def offline_post(services: Services) -> Post:
    """Return what making mails needs; they are not sent.

    Raises:
        ConfigError: a setting is missing or cannot be used, or the key is not the subscribers'.
    """
    return _post(services, _no_server, time.monotonic, time.sleep)


@contextmanager
def _no_server() -> Iterator[Connection]:
    raise ConfigError("This call makes mails and sends none.")
    yield  # makes it a generator


def _post(
    services: Services,
    connect: Callable[[], AbstractContextManager[Connection]],
    monotonic: Callable[[], float],
    wait: Callable[[float], None],
) -> Post:
    settings = services.settings
    mail = settings.mail
    keys = checked_keys(settings.database.path, services.open_store)
    links = SubscriberLinks(_pages(settings), keys.tokens)
    return Post(
        connect=connect,
        sender=sender_of(mail, survey_title(settings.survey)),
        signer=signer_of(mail),
        secret=keys.salt,
        personal=partial(_personal, keys, links),
        limits=Limits(mail.per_minute, mail.per_day, mail.warm_up),
        monotonic=monotonic,
        wait=wait,
    )


def _pages(settings: Settings) -> str:
    url = settings.subscribers.url
    if not url:
        raise ConfigError(
            "[subscribers] url is empty, so readers could not unsubscribe.",
            hint="Set it to the public https address of the pages that `serve --public` shows.",
        )
    if urlsplit(url).scheme != "https" and not is_loopback_url(url):
        raise ConfigError(
            f"[subscribers] url is {url}, but mail programs unsubscribe by https only.",
            hint="Put the pages behind a server with a certificate.",
        )
    return url


def _personal(keys: SubscriberKeys, links: SubscriberLinks, subscriber_id: str) -> Personal:
    return Personal(
        Links(links.unsubscribe(subscriber_id), links.preferences(subscriber_id)),
        keys.tokens.make(Purpose.UNSUBSCRIBE, subscriber_id),
    )
