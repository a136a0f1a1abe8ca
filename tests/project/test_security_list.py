"""The list of ASVS points is complete, and the tests that it names exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/explanation/security.md"
#: points of levels 1 and 2 in ASVS 4.0.3, by section, as in its text; withdrawn ones are missing
POINTS = {
    "1.1": "1-7", "1.2": "1-4", "1.4": "1 4 5", "1.5": "1-4", "1.6": "1-4", "1.7": "1-2",
    "1.8": "1-2", "1.9": "1-2", "1.10": "1", "1.11": "1-2", "1.12": "2", "1.14": "1-6",
    "2.1": "1-12", "2.2": "1-3", "2.3": "1-3", "2.4": "1-5", "2.5": "1-7", "2.6": "1-3",
    "2.7": "1-6", "2.8": "1-7", "2.9": "1-3", "2.10": "1-4",
    "3.1": "1", "3.2": "1-4", "3.3": "1-4", "3.4": "1-5", "3.5": "1-3", "3.7": "1",
    "4.1": "1-3 5", "4.2": "1-2", "4.3": "1-3",
    "5.1": "1-5", "5.2": "1-8", "5.3": "1-10", "5.4": "1-3", "5.5": "1-4",
    "6.1": "1-3", "6.2": "1-6", "6.3": "1-2", "6.4": "1-2",
    "7.1": "1-4", "7.2": "1-2", "7.3": "1 3 4", "7.4": "1-3",
    "8.1": "1-4", "8.2": "1-3", "8.3": "1-8",
    "9.1": "1-3", "9.2": "1-4", "10.2": "1-2", "10.3": "1-3", "11.1": "1-8",
    "12.1": "1-3", "12.2": "1", "12.3": "1-6", "12.4": "1-2", "12.5": "1-2", "12.6": "1",
    "13.1": "1 3 4 5", "13.2": "1-3 5 6", "13.3": "1-2", "13.4": "1-2",
    "14.1": "1-4", "14.2": "1-6", "14.3": "2 3", "14.4": "1-7", "14.5": "1-4",
}  # fmt: skip
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
REASONS = ("stated: ", "does not apply: ", "not met: ")


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def points() -> list[str]:
    found = []
    for section, numbers in POINTS.items():
        for part in numbers.split():
            first, _, last = part.partition("-")
            found += [f"{section}.{n}" for n in range(int(first), int(last or first) + 1)]
    return found


def test_every_point_is_listed_once_in_order() -> None:
    assert [number for number, _, _ in rows()] == points()


def test_every_point_has_a_test_or_a_reason() -> None:
    assert [n for n, _, how in rows() if not TEST.search(how) and not how.startswith(REASONS)] == []


def test_tests_of_the_list_exist() -> None:
    missing = []
    for number, _, how in rows():
        for file, name in TEST.findall(how):
            path = ROOT / file
            if not path.is_file() or f"def {name}(" not in path.read_text(encoding="utf-8"):
                missing.append(f"{number} {file}::{name}")
    assert missing == []


def test_point_with_a_reason_claims_no_test() -> None:
    assert [n for n, _, how in rows() if how.startswith(REASONS) and TEST.search(how)] == []


def test_page_counts_its_points() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    said = re.search(
        r"(\d+) points: (\d+) with tests, (\d+) stated, (\d+) do not apply, (\d+) not met", text
    )
    assert said is not None
    tested = sum(bool(TEST.search(how)) for _, _, how in rows())
    reasons = [sum(how.startswith(reason) for _, _, how in rows()) for reason in REASONS]
    assert [int(one) for one in said.groups()] == [len(rows()), tested, *reasons]
