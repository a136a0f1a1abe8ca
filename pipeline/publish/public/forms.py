"""Read the forms of the public pages."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from config.taxonomy import Taxonomy
from pipeline.publish.public.site import site_of
from pipeline.publish.public.texts import LANGUAGES
from storage.subscriber_types import Choices, Rhythm

#: a field a section, and some others
_MOST_FIELDS = 600


def is_ours(request: Request) -> bool:
    """Return whether a form comes from a page of ours, as every browser tells."""
    origin = request.headers.get("origin", "").lower()
    return origin in site_of(request).own_origins


def send_origin(response: Response) -> None:
    """Let the browser say where the form is from; the address of such a page holds no token."""
    response.headers["Referrer-Policy"] = "same-origin"


class ChoiceError(Exception):
    """A form has a choice that does not exist."""


async def form_of(request: Request) -> FormData:
    """Return the fields of a form, none of them a file."""
    return await request.form(max_files=0, max_fields=_MOST_FIELDS)


def text_of(form: FormData, name: str) -> str:
    """Return a field, or empty text."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def choices_of(form: FormData, taxonomy: Taxonomy) -> Choices:
    """Return what somebody chose, sections in the order of the taxonomy; or raise ChoiceError."""
    wanted = {str(one) for one in form.getlist("section")}
    known = [section.id for section in taxonomy.sections]
    language = text_of(form, "language") or LANGUAGES[0]
    rhythm = text_of(form, "rhythm") or Rhythm.WEEKLY.value
    if not wanted <= set(known) or language not in LANGUAGES or rhythm not in set(Rhythm):
        raise ChoiceError
    chosen = tuple(one for one in known if one in wanted)
    return Choices(language, () if len(chosen) == len(known) else chosen, Rhythm(rhythm))
