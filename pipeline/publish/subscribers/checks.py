"""Check what subscribers depend on."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from config.loopback import is_loopback_url
from pipeline.publish.subscribers.keys import checked_keys
from pipeline.publish.subscribers.opt_in import valid_for
from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services

#: after which a person who asked has stopped waiting
_LONG = timedelta(hours=1)


def checks(services: Services) -> Iterator[Finding]:
    """Yield confirmations that are not sent, a wrong key, and pages that no mail can link to."""
    settings = services.settings.subscribers
    now = services.clock()
    with services.open_store() as store:
        waiting = store.confirmations.waiting(now, valid_for=valid_for(settings), most=1000)
        subscribed = bool(store.subscribers.any_contact())
    if not subscribed:
        return
    # Only where there are subscribers, because it creates the key.
    checked_keys(services.settings.database.path, services.open_store)
    late = [one for one in waiting if now - one.asked_at > _LONG]
    if late:
        yield Finding(
            "subscribers",
            f"{counted(len(late), 'person waits', 'people wait')} for the mail to confirm, the"
            f" first since {late[0].asked_at:%Y-%m-%d %H:%M} UTC.",
            "`living-survey mail confirmations` sends it; `living-survey serve --public` does so"
            " itself if [mail] host is set.",
        )
    if not settings.url:
        yield Finding(
            "subscribers",
            "[subscribers] url is empty, so no mail can link to the pages for subscribers.",
            "Set it to the public address of the pages that `living-survey serve --public` serves.",
        )
    elif urlsplit(settings.url).scheme == "http" and not is_loopback_url(settings.url):
        yield Finding(
            "subscribers",
            f"[subscribers] url is {settings.url}: addresses are sent unencrypted, and mail"
            " programs cannot unsubscribe.",
            "Put the pages behind a proxy that speaks https, and set url to its address.",
        )
