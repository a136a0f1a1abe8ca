"""Find the section that a person or another tool names: by ID, heading, path or name."""

import functools
import re
from collections.abc import Iterator

from config.errors import UsageError
from config.headings import heading_key
from config.nearest import nearest
from config.taxonomy import Section, Taxonomy, UnknownSectionError

#: between the headings of a path
_BELOW = re.compile(r"\s/\s|>|\u203a|\u00bb|\u2192|::")
_WORDS = re.compile(r"\w+")
#: candidates that a message names
_NAMED = 6


class AmbiguousSectionError(UsageError):
    """Several sections have this name or this heading."""

    def __init__(self, written: str, candidates: tuple[Section, ...]) -> None:
        ids = [section.id for section in candidates]
        more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
        super().__init__(
            f"{written!r:.100} names {len(ids)} sections: {', '.join(ids[:_NAMED])}{more}.",
            hint="Name one by its ID or its whole path.",
        )
        self.candidates = candidates


def find_section(taxonomy: Taxonomy, written: str) -> Section:
    """Return the section of an ID, of a name in any language, or of the last headings of its path.

    Case, emoji, markup and punctuation do not matter. `A > B > C` is a path from the outermost
    heading; fewer headings suffice if no other section has them.

    Raises:
        AmbiguousSectionError: several sections fit.
        UnknownSectionError: none does.
    """
    for section in taxonomy.sections:
        if section.id == written:
            return section
    path = _path(written)
    for fitting in _by_rank(taxonomy, _key(written), path):
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise AmbiguousSectionError(written, fitting)
    raise UnknownSectionError(
        written, [section.id for section in taxonomy.sections], _likely(taxonomy, written)
    )


def _by_rank(taxonomy: Taxonomy, key: str, path: tuple[str, ...]) -> Iterator[tuple[Section, ...]]:
    """Yield the sections that fit in each way, the surest way first."""
    if not key:
        return
    sections = taxonomy.sections
    paths = {section.id: tuple(map(_key, section.headings)) for section in sections}
    whole = {section.id: tuple(map(_key, section.path)) for section in sections}
    yield tuple(one for one in sections if _key(one.id) == key)
    yield tuple(one for one in sections if path in (paths[one.id], whole[one.id]))
    yield tuple(one for one in sections if key in map(_key, one.names.values()))
    for wanted in dict.fromkeys((path, (key,))):
        yield tuple(one for one in sections if paths[one.id][-len(wanted) :] == wanted)
    # a heading above several sections, such as "Image Generation"
    for wanted in dict.fromkeys((path, (key,))):
        yield tuple(one for one in sections if _within(wanted, paths[one.id]))


def _within(wanted: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return any(
        path[start : start + len(wanted)] == wanted for start in range(len(path) - len(wanted) + 1)
    )


def _likely(taxonomy: Taxonomy, written: str) -> list[str]:
    """Return the IDs whose name, heading or ID is most like the text, names and headings first."""
    named: dict[str, str] = {}
    for section in taxonomy.sections:
        for text in (*section.names.values(), " ".join(section.path), section.path[-1]):
            named.setdefault(_key(text), section.id)
    by_name = [named[key] for key in nearest(_key(written), named, most=3, cutoff=0.6)]
    by_id = nearest(written, (section.id for section in taxonomy.sections), most=3)
    found = list(dict.fromkeys((*by_name, *by_id)))
    # A slip in an ID comes first, because it is surer than one in a name.
    slip = nearest(written, found, most=1, cutoff=0.8)
    return list(dict.fromkeys((*slip, *found)))[:3]


def _path(written: str) -> tuple[str, ...]:
    return tuple(key for part in _BELOW.split(written) if (key := _key(part)))


@functools.lru_cache(maxsize=4096)  # because each line of a file asks for every section
def _key(text: str) -> str:
    return " ".join(_WORDS.findall(heading_key(text)))
