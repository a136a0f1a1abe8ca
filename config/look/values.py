"""Read the colours and fonts of `static/look.css` for mails and digests."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

#: the folder whose files the site copies, and which the servers serve beside their own
PACKAGE = ("config.look", "static")
_FOLDER = files("config.look") / "static"
_COLOUR = re.compile(r"--([a-z-]{1,40}): (#[0-9a-f]{6});")
_FONTS = re.compile(r"--(sans|serif|mono): ([^;]{1,400});")


@dataclass(frozen=True, slots=True)
class Look:
    """The values by the names that the style sheet gives them, without the dashes."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    #: lists of fonts that may stand in an attribute, because they are quoted singly
    fonts: Mapping[str, str]


def style_sheet() -> str:
    """Return the text of `look.css`."""
    return shared_files()["look.css"].decode()


@cache
def shared_files() -> Mapping[str, bytes]:
    """Return the files that every web page may load, by name."""
    return MappingProxyType({one.name: one.read_bytes() for one in _FOLDER.iterdir()})


@cache
def look() -> Look:
    """Return the colours in light and in dark, and the fonts."""
    light, _, dark = style_sheet().partition("@media (prefers-color-scheme: dark)")
    fonts = {name: text.replace('"', "'") for name, text in _FONTS.findall(light)}
    return Look(
        light=MappingProxyType(dict(_COLOUR.findall(light))),
        dark=MappingProxyType(dict(_COLOUR.findall(dark))),
        fonts=MappingProxyType(fonts),
    )
