"""Text on its way out: what a reader cannot see is removed, what a script needs stays."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.visible import escape_invisible, one_line, visible

_TRICKY = "\u200c\u200d\ufe0f\u202e\u2066\u00ad\x1b\x9b\u3164\u2800\U000e0041\u0628\u0915\u263aa \n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Video \u202etxeT morf\u202c", "Video txeT morf"),
        ("a\u2066b\u2069c\u200ed\u200fe\u061cf", "abcdef"),
        ("a\u200bb\u2060c\ufeffd\u00ade\u180ef", "abcdef"),
        ("two\r\nlines", "two\nlines"),
        ("a\x07b\x1b[31m\x9bc\rd\u2028e", "a b [31m c d e"),
        ("hidden\U000e0041\U000e007f", "hidden"),
        ("\u3164\uffa0\u115f\u1160\u034f", ""),
        ("\u2800\u2800", "  "),
        ("half\ud83d", "half"),
        ("Latin\u200cjoined\u200dtwice", "Latinjoinedtwice"),
        ("x\ufe0f\ufe01\U000e0100y", "x\ufe0fy"),
        ("\ufe0f\ufe0f", ""),
        ("a" + "\u0301\u0336" * 50 + "b", "a\u0301\u0336\u0301\u0336b"),
        ("\u0e01" + "\u0e47\u200b" * 50, "\u0e01" + "\u0e47" * 4),
        ("\u0645\u200c\u200d\u200c\u062e", "\u0645\u200c\u062e"),
    ],
)
def test_invisible_characters_are_removed(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with its joiner
        "\u0915\u094d\u200d\u0937",  # Devanagari
        "\u05de\u05d5\u05d3\u05dc \u05e9\u05e4\u05d4",  # Hebrew
        "\U0001f469\u200d\U0001f52c",  # woman scientist
        "\u2764\ufe0f\u200d\U0001f525",  # heart on fire
        "\u845b\U000e0100",  # an ideographic variant
        "\u0600\u0661",  # a visible sign of category Cf
        "two\nlines\tand a tab",
        "\u00c5ngstr\u00f6m na\u00efve \u4ee3\u7801 \u2014 $\\alpha$",
    ],
)
def test_readable_text_is_unchanged(text: str) -> None:
    assert visible(text) == text


@given(st.text() | st.text(alphabet=_TRICKY))
def test_visible_text_is_clean_and_stays(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert all(
        unicodedata.category(c) not in {"Cs", "Zl", "Zp"}
        and (unicodedata.category(c) != "Cc" or c in "\t\n")
        and unicodedata.bidirectional(c) not in {"LRE", "RLE", "LRO", "RLO", "PDF"}
        and unicodedata.bidirectional(c) not in {"LRI", "RLI", "FSI", "PDI"}
        for c in shown
    )
    assert "\n" not in one_line(text)


def test_every_invisible_character_is_covered() -> None:
    shown = {"\u200c", "\u200d"} | {
        chr(n) for n in (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)
    }
    missed = [
        f"{n:04X}"
        for n in range(0x110000)
        if unicodedata.category(chr(n)) in {"Cf", "Cs"}
        and chr(n) not in shown
        and not 0x13430 <= n <= 0x1345F  # Egyptian quadrats, visible
        and visible(chr(n)) == chr(n)
    ]
    assert missed == []


@given(st.text() | st.text(alphabet=_TRICKY))
def test_escaped_json_has_the_same_value(text: str) -> None:
    document = escape_invisible(json.dumps({"title": text}, ensure_ascii=False))
    assert json.loads(document) == {"title": text}
    assert "\u202e" not in document
    assert "\x9b" not in document
