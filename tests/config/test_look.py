"""One look: colours and fonts stand in one file, can be told apart, and are used by all pages."""

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from config.look.values import look, style_sheet

ROOT = Path(__file__).parents[2]
#: what a colour is written on, by name
_GROUNDS = {
    "ink": ("ground", "paper", "accent-soft", "later-soft", "no-soft", "mark", "track"),
    "quiet": ("ground", "paper"),
    "accent": ("ground", "paper", "accent-soft"),
    "on-accent": ("accent",),
    "no": ("ground", "paper", "no-soft"),
    "later": ("ground", "paper", "later-soft"),
}


def _brightness(colour: str) -> float:
    """Return the relative luminance as WCAG 2 defines it."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return sum(one * weight for one, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("colours", [look().light, look().dark], ids=["light", "dark"])
def test_text_has_contrast_of_4_5(colours: Mapping[str, str]) -> None:
    low = {}
    for name, grounds in _GROUNDS.items():
        for ground in grounds:
            dark, light = sorted((_brightness(colours[name]), _brightness(colours[ground])))
            ratio = (light + 0.05) / (dark + 0.05)
            if ratio < 4.5:
                low[f"{name} on {ground}"] = round(ratio, 2)
    assert low == {}


def test_light_and_dark_name_the_same_colours() -> None:
    assert look().light.keys() == look().dark.keys()
    assert len(look().light) == style_sheet().count("#") / 2
    assert look().fonts.keys() == {"sans", "serif", "mono"}


@pytest.mark.parametrize(
    "folder",
    [
        "pipeline/publish/site",
        "pipeline/publish/subscribers",
        "pipeline/publish/mail",
        "pipeline/publish/digest",
        "pipeline/review/web",
    ],
)
def test_no_page_names_a_colour_of_its_own(folder: str) -> None:
    kinds = {".css", ".j2", ".html", ".svg"}
    found = {
        str(path.relative_to(ROOT)): sorted(colours)
        for path in (ROOT / folder).rglob("*")
        if path.suffix in kinds
        and (colours := set(re.findall(r"#[0-9a-f]{6}\b", path.read_text())) - {"#ffffff"})
    }
    assert found == {}


def test_every_value_that_a_page_uses_is_defined() -> None:
    shared = set(re.findall(r"(--[a-z-]+):", style_sheet()))
    for package in ("pipeline.publish.site", "pipeline.publish.public"):
        for sheet in files(package).joinpath("static").iterdir():
            if sheet.name.endswith(".css"):
                text = sheet.read_text(encoding="utf-8")
                own = set(re.findall(r"(--[a-z-]+):", text))
                assert set(re.findall(r"var\((--[a-z-]+)\)", text)) <= shared | own, sheet.name
