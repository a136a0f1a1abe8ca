"""Mail people what became of their suggestions, each mail at most once."""

import tomllib
from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

from config.visible import one_line
from pipeline.publish.subscribers.address import address_key
from pipeline.publish.subscribers.letters import Letter
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.publish.subscribers.outbox import Delivery, Outcome, Post
from pipeline.runtime.services import Services
from pipeline.suggestions.lookup import erase_old
from storage.paper_key import key_label
from storage.suggestion_mails import AnswerDue
from storage.suggestion_types import OPEN, Suggestion, SuggestionState

_TEXTS = Path(__file__).parent / "answers.toml"
#: mails of one call
_MOST = 100


def send_answers(
    services: Services,
    post: Post,
    *,
    links: SubscriberLinks,
    survey: str,
    salt: bytes,
    blocked: Collection[str] = (),
    retry_after: timedelta = timedelta(),
) -> int:
    """Send the answers that are due, up to a hundred; return how many the server took.

    A mail that was begun and has no end is not sent again, because it may have arrived. It holds
    the link to the page with the answer and nothing that a stranger wrote.

    Args:
        services: store, clock.
        post: hands over each mail.
        links: to the pages.
        survey: its name.
        salt: of the keys of addresses.
        blocked: keys of addresses that get no mail.
        retry_after: how long a mail that was put off waits.
    """
    erase_old(services)
    with services.open_store() as store:
        due = store.suggestion_mails.due(services.clock(), retry_after=retry_after, most=_MOST)
    sent = 0
    for one in due:
        with services.open_store() as store, store.transaction():
            suggestion = store.suggestions.get(one.suggestion_id)
            assert suggestion is not None
            store.suggestion_mails.begin(one.suggestion_id, services.clock())
        if address_key(one.address, salt) in blocked:
            delivery = Delivery(Outcome.FAILED)
        else:
            delivery = post(answer_letter(one, suggestion, survey=survey, links=links))
        last = suggestion.state not in {*OPEN, SuggestionState.DEFERRED}
        with services.open_store() as store:
            store.suggestion_mails.end(
                one.suggestion_id, delivery.outcome.value, services.clock(), last=last
            )
        sent += delivery.outcome is Outcome.SENT
        if delivery.stop:
            break
    return sent


def answer_letter(
    due: AnswerDue, suggestion: Suggestion, *, survey: str, links: SubscriberLinks
) -> Letter:
    """Return the mail; its text is the same for every answer."""
    texts = _texts()[suggestion.language if suggestion.language in _texts() else "en"]
    values = {
        "survey": one_line(survey),
        "paper": key_label(suggestion.arxiv_id),
        "page": links.suggestion(suggestion.suggestion_id),
    }
    return Letter(
        suggestion.suggestion_id,
        due.address,
        texts["subject"].format(**values),
        texts["text"].lstrip("\n").format(**values),
        suggestion.language,
    )


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_TEXTS.read_text(encoding="utf-8"))
