"""docs/pitfalls.md names tests that exist, and every numbered test is named there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_ROW = re.compile(r"^\| (\d+) \|.*\| ([^|]*) \|$", re.MULTILINE)


def listed() -> dict[int, set[str]]:
    text = (ROOT / "docs" / "pitfalls.md").read_text(encoding="utf-8").partition("\n## ")[0]
    return {int(number): set(re.findall(r"`(\w+)`", names)) for number, names in _ROW.findall(text)}


def existing() -> set[str]:
    return {
        name
        for path in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_all_pitfalls_have_a_row() -> None:
    assert sorted(listed()) == list(range(1, 72))


def test_every_test_of_the_list_exists() -> None:
    named = {name for names in listed().values() for name in names}
    assert named <= existing()


def test_every_numbered_test_is_in_the_row_of_its_number() -> None:
    rows = listed()
    for name in existing():
        if match := re.match(r"test_pitfall_((?:\d\d_)+)", name):
            for number in match[1].strip("_").split("_"):
                assert name in rows[int(number)], f"docs/pitfalls.md, row {number}"
