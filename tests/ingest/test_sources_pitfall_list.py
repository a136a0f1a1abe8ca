"""docs/explanation/arxiv-pitfalls.md names every numbered test, and only existing ones.

Run `python tests/ingest/test_sources_pitfall_list.py` after adding a test to update the last
column.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "docs" / "explanation" / "arxiv-pitfalls.md"
_ROW = re.compile(r"^\| (\d+) \|(.*)\| ([^|]*) \|$", re.MULTILINE)


def rows() -> dict[int, set[str]]:
    text = LIST.read_text(encoding="utf-8").partition("\n## ")[0]
    return {int(row[0]): set(re.findall(r"`(\w+)`", row[2])) for row in _ROW.findall(text)}


def existing() -> list[str]:
    return [
        name
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def numbered() -> dict[int, list[str]]:
    """Return the numbered tests; `test_pitfall_20_21_...` counts for both."""
    found: dict[int, list[str]] = {}
    for name in existing():
        if match := re.match(r"test_pitfall_((?:\d\d_)+)", name):
            for number in match[1].strip("_").split("_"):
                found.setdefault(int(number), []).append(name)
    return found


def test_all_pitfalls_have_a_row() -> None:
    assert sorted(rows()) == list(range(1, 72))


def test_every_test_of_the_list_exists() -> None:
    named = {name for names in rows().values() for name in names}
    assert named <= set(existing())


def test_every_numbered_test_is_in_the_row_of_its_number() -> None:
    listed = rows()
    missing = {
        number: absent
        for number, names in numbered().items()
        if (absent := set(names) - listed.get(number, set()))
    }
    assert not missing, "run `python tests/ingest/test_sources_pitfall_list.py`"


def refresh() -> None:
    """Write the last column of the list from the existing tests."""
    tests = numbered()

    def row(match: re.Match[str]) -> str:
        # Keep tests without a number.
        others = [name for name in re.findall(r"`(\w+)`", match[3]) if "_pitfall_" not in name]
        names = [*tests.get(int(match[1]), []), *others]
        column = "<br>".join(f"`{name}`" for name in names) or "-"
        return f"| {match[1]} |{match[2]}| {column} |"

    table, mark, rest = LIST.read_text(encoding="utf-8").partition("\n## ")
    LIST.write_text(_ROW.sub(row, table) + mark + rest, encoding="utf-8")


if __name__ == "__main__":
    refresh()
