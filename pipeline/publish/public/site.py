"""What the public pages are given, and how a page is made."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import anyio
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from config.look.values import shared_files
from config.reasons import Reason
from config.subscribers_schema import SubscribersSettings
from config.suggestions_schema import SuggestionsSettings
from config.taxonomy import Taxonomy
from config.visible import visible
from pipeline.publish.public.known_end import KnownEnd
from pipeline.publish.public.texts import LANGUAGES, Texts, choose_language, texts_of
from pipeline.publish.subscribers.address import parse_address
from pipeline.publish.subscribers.keys import SubscriberKeys
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.publish.subscribers.network import network_of
from pipeline.publish.subscribers.tokens import Purpose
from pipeline.runtime.limiter import Limiter
from pipeline.runtime.services import Clock
from storage.store import OpenStore
from storage.subscriber_types import Choices, Subscriber

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
#: seconds that each answer to a well-formed address takes at least
_ANSWERED_AFTER = 0.5
#: forms of all networks in a minute, and how often one personal page is read in it
_FORMS_OF_ONE, _FORMS, _OPENED = 30, 120, 60
#: forms of a network in a minute that are taken while others send many
_FEW_FORMS = 3


@dataclass(frozen=True, slots=True)
class PublicSite:
    """The parts of the public pages."""

    open_store: OpenStore
    read_store: OpenStore
    keys: SubscriberKeys
    settings: SubscribersSettings
    taxonomy: Taxonomy
    #: as readers see it
    survey: str
    clock: Clock
    #: origins whose forms are accepted beside our own, such as the static site's
    origins: frozenset[str] = frozenset()
    #: where readers find the survey; empty: unknown
    about_url: str = ""
    #: called when a confirmation waits to be sent
    queued: Callable[[], None] = lambda: None
    #: forms by network
    rates: Limiter = field(default_factory=lambda: Limiter(_FORMS_OF_ONE))
    #: forms of all networks, because each waits for the database, as reviewers do
    forms: Limiter = field(default_factory=lambda: Limiter(_FORMS))
    #: pages of one person or suggestion, which read the database
    opened: Limiter = field(default_factory=lambda: Limiter(_OPENED))
    end: KnownEnd = field(default_factory=KnownEnd)
    suggestions: SuggestionsSettings = field(default_factory=SuggestionsSettings)
    #: for rejecting a paper
    reasons: tuple[Reason, ...] = ()
    #: whether answers to suggestions can be mailed
    mails: bool = False
    #: seconds, for the time of answers; `pause` waits for some
    seconds: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = anyio.sleep
    answered_after: float = _ANSWERED_AFTER

    @property
    def links(self) -> SubscriberLinks:
        """The absolute addresses, for mails."""
        return SubscriberLinks(self.settings.url, self.keys.tokens)

    @property
    def root(self) -> str:
        """The path of the public address, before that of each page."""
        return urlsplit(self.settings.url).path.rstrip("/")

    @property
    def own_origins(self) -> frozenset[str]:
        """The origins whose forms are accepted."""
        return self.origins | {origin_of(self.settings.url)}


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, as browsers send them in `Origin`."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in {None, usual} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def site_of(request: Request) -> PublicSite:
    """Return the site of a request."""
    site = request.app.state.public
    assert isinstance(site, PublicSite)
    return site


def own_id(request: Request, purpose: Purpose) -> str | None:
    """Return the ID that a personal link holds; None: it is no such link of ours.

    Raises:
        HTTPException: with 429, because it was opened too often in this minute.
    """
    site = site_of(request)
    found = site.keys.tokens.read(purpose, request.path_params["token"])
    if found is not None and (seconds := site.opened.wait(f"{purpose}:{found}")):
        raise HTTPException(429, headers={"Retry-After": str(seconds)})
    return found


def form_wait(request: Request) -> int | None:
    """Count a form; return the seconds after which to send it, None: it may be read now.

    Half of the forms of a minute are for networks that sent few, so that some networks that send
    many keep no one else out.
    """
    site, asking = site_of(request), network(request)
    if seconds := site.rates.wait(asking):
        return seconds
    is_busy = site.forms.wait_for("", site.forms.capacity // 2) > 0
    if is_busy and (seconds := site.rates.wait_for(asking, site.rates.capacity - _FEW_FORMS)):
        return seconds
    return site.forms.wait("") or None


def texts_for(request: Request, otherwise: str | None = None) -> Texts:
    """Return the texts of the page that is asked for; `otherwise`: the language of the mails."""
    language = choose_language(
        request.query_params.get("lang", ""),
        request.headers.get("accept-language", ""),
        otherwise=otherwise,
    )
    return texts_of(language)


def network(request: Request) -> str:
    """Return the network that a request comes from."""
    peer = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
    return network_of(peer, forwarded, site_of(request).settings.trusted_proxies)


def page(
    request: Request, name: str, texts: Texts, *, status: int = 200, **values: object
) -> HTMLResponse:
    """Return a page from a template; everything in it is escaped."""
    site = site_of(request)
    values.setdefault("keep", "")  # of the query, in links to other languages
    content = (
        _templates()
        .get_template(name)
        .render(
            say=lambda key, **given: texts.say(key, **{"survey": site.survey, **given}),
            language=texts.language,
            languages=[(one, texts_of(one).say("language")) for one in LANGUAGES],
            root=site.root,
            here=f"{site.root}/{_own_path(request)}",
            lang=f"?lang={texts.language}" if request.query_params.get("lang") else "",
            survey=site.survey,
            about_url=site.about_url,
            notice_url=site.settings.notice_url,
            days=site.settings.confirm_within_days,
            suggesting=site.suggestions.enabled,
            **values,
        )
    )
    return HTMLResponse(content, status)


def _own_path(request: Request) -> str:
    """Return the path of a page without its query; `//host` would lead to another site."""
    return quote(request.scope["path"].lstrip("/\\"))


def shown_address(person: Subscriber) -> str:
    """Return the address of a person for their own eyes."""
    return "" if person.address is None else parse_address(person.address).readable


def groups(taxonomy: Taxonomy, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return sections by task: the name of the task, (ID, name) of each section."""
    [tasks] = [facet for facet in taxonomy.facets if facet.name == "task"]
    found: dict[str, list[tuple[str, str]]] = {}
    for section in taxonomy.sections:
        name = tasks.label(section.task).names[language]
        found.setdefault(name, []).append((section.id, section.names[language]))
    return list(found.items())


def described(choices: Choices, taxonomy: Taxonomy, texts: Texts) -> Mapping[str, object]:
    """Return choices in words."""
    names = {section.id: section.names[texts.language] for section in taxonomy.sections}
    chosen = [names[one] for one in choices.sections if one in names]
    return {
        "rhythm": texts.say(choices.rhythm.value),
        "mails": texts_of(choices.language).say("language"),
        "sections": chosen or [texts.say("all_sections")],
    }


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static_version"] = hashlib.sha256(
        b"".join(
            (
                *(path.read_bytes() for path in sorted(STATIC.iterdir())),
                *(data for _, data in sorted(shared_files().items())),
            )
        )
    ).hexdigest()[:12]
    return environment
