"""The file of rulings: exact round trip, edits by hand, faults with their lines."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import UsageError
from config.taxonomy import load_taxonomy
from pipeline.cli.ruling import lines_of
from pipeline.review.rulings.file import HEADER, RulingFileError, read_rulings, written
from pipeline.review.rulings.transfer import (
    Imported,
    UnreadEditsError,
    export_rulings,
    followed,
    import_rulings,
)
from pipeline.runtime.services import Services
from storage.store import OpenStore
from storage.taxonomy_types import MoveKind, SectionMove, TaxonomyChange
from storage.types import Verdict
from tests.support.builders import make_decision
from tests.support.rulings import RULED_AT, make_ruling
from tests.support.services import make_services
from tests.support.storage import migrated

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
ODD = 'Quotes "as in", a \\ backslash, 中文 & é \U0001f600 [[ruling]] # no comment'


@pytest.fixture
def services(open_store: OpenStore) -> Services:
    return make_services(open_store, NOW)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rulings.toml"


def fill(open_store: OpenStore) -> None:
    with open_store() as store:
        store.rulings.add(
            [
                make_ruling("2603.00002", sentence=ODD),
                make_ruling(
                    "2603.00001",
                    verdict=Verdict.APPROVED,
                    sections=("generation-image-llm-based", "agents"),
                ),
                make_ruling("2412.99999", title=""),
            ]
        )


def imported(services: Services, file: Path, **options: bool) -> Imported:
    return import_rulings(services, file, person="bo", **options)


def test_round_trip_is_exact(services: Services, file: Path, tmp_path: Path) -> None:
    fill(services.open_store)
    assert export_rulings(services, file).changed
    first = file.read_bytes()
    assert not export_rulings(services, file).changed
    other = make_services(migrated(tmp_path / "other" / "survey.duckdb"), NOW)
    done = imported(other, file)

    assert done.made == ("2412.99999", "2603.00001", "2603.00002")
    assert done.unknown == done.made
    copy = tmp_path / "copy.toml"
    export_rulings(other, copy)
    assert copy.read_bytes() == first
    again = imported(services, file)
    assert (again.made, again.revised, again.unchanged) == ((), (), 3)
    assert again.unknown == ("2412.99999",)


def test_edited_sentence_revises_and_new_entry_makes(services: Services, file: Path) -> None:
    fill(services.open_store)
    export_rulings(services, file)
    text = file.read_text("utf-8").replace("A language model that only", "One that only", 1)
    entry = '[[ruling]]\npaper = "arXiv:2603.00003v2"\nverdict = "approved"\n'
    entry += 'sections = ["Agents"]\nsentence = "It acts."\n'
    file.write_text("# our own words\n\n" + text + "\n" + entry, encoding="utf-8")
    with pytest.raises(UnreadEditsError, match=r"2412.99999 \(line 7\), 2603.00003"):
        export_rulings(services, file)
    done = imported(services, file)

    assert (done.revised, done.made) == (("2412.99999",), ("2603.00003",))
    with services.open_store() as store:
        found = {one.arxiv_id: one for one in store.rulings.standing()}
    assert found["2603.00003"].sections == ("agents",)
    with services.open_store() as store:
        title = store.papers.titles(["2603.00003"])["2603.00003"]
    assert found["2603.00003"].title == title != ""
    assert (found["2603.00003"].ruled_by, found["2603.00003"].ruled_at) == ("bo", NOW)
    assert found["2412.99999"].ruled_by == "bo"
    assert found["2412.99999"].source == "rulings.toml"
    export_rulings(services, file)
    assert file.read_text("utf-8").startswith("# our own words\n")


def test_older_file_changes_nothing_and_its_edit_is_a_conflict(
    services: Services, file: Path
) -> None:
    fill(services.open_store)
    export_rulings(services, file)
    later = RULED_AT + timedelta(hours=1)
    with services.open_store() as store:
        store.rulings.add([make_ruling("2603.00002", sentence="Newer.", happened_at=later)])
    assert imported(services, file).older == ("2603.00002",)
    file.write_text(file.read_text("utf-8").replace("Quotes", "Marks"), encoding="utf-8")
    done = imported(services, file)

    assert (done.conflicts, done.revised) == (("2603.00002",), ())
    with services.open_store() as store:
        assert store.rulings.of(["2603.00002"])["2603.00002"].sentence == "Newer."


def test_entry_that_was_deleted_is_withdrawn_only_if_asked(services: Services, file: Path) -> None:
    fill(services.open_store)
    file.write_text(HEADER, encoding="utf-8")
    assert imported(services, file).absent == ("2412.99999", "2603.00001", "2603.00002")
    gone = imported(services, file, withdraw_absent=True)
    assert gone.withdrawn == ("2412.99999", "2603.00001", "2603.00002")
    with services.open_store() as store:
        assert store.rulings.standing() == ()


def test_ruling_against_the_standing_decision_is_named(services: Services, file: Path) -> None:
    with services.open_store() as store:
        store.decisions.add([make_decision("2603.00001")])
    file.write_text(entry_of(verdict='"rejected"'), encoding="utf-8")
    assert imported(services, file).contrary == ("2603.00001",)


def entry_of(**changed: str) -> str:
    values = {
        "paper": '"2603.00001"',
        "verdict": '"approved"',
        "sections": '["agents"]',
        "sentence": '"Why."',
        **changed,
    }
    if values["verdict"] == '"rejected"' and "sections" not in changed:
        del values["sections"]
    lines = [f"{key} = {value}" for key, value in values.items() if value]
    return "\n".join(["# first", "[[ruling]]", *lines]) + "\n"


@pytest.mark.parametrize(
    ("text", "line", "cause", "remedy"),
    [
        (entry_of(verdict='"maybe"'), 4, "'maybe' is no verdict", "approved or rejected"),
        (entry_of(paper='"cat"'), 3, "'cat'", ""),
        (entry_of(sections='["agent"]'), 5, "agent", "agents"),
        (entry_of(sections='"agents"'), 5, "no list", '["agents"]'),
        (entry_of(verdict='"rejected"', sections='["agents"]'), 5, "no sections", "Leave"),
        (entry_of(sentence='""'), 6, "needs a sentence", ""),
        (entry_of(sentence="3"), 6, "no text", "quotes"),
        (entry_of(sentence=""), 2, "`sentence` is missing", "Add"),
        (entry_of(reason='"x"'), 7, "'reason' is not known", "Known are"),
        (entry_of(at='"today"'), 7, "`at` is no time", "2026-11-29T"),
        (entry_of(by='"list"'), 7, "reserved", ""),
        (entry_of(sentence='"open'), 6, "not valid TOML", "double quotes"),
        (entry_of() + entry_of(), 8, "a ruling already, in line 2", "Keep one"),
        ("[ruling]\n", 1, "no list of tables", "[[ruling]]"),
        ("[[rulling]]\n", 1, "'rulling' is not known", "[[ruling]]"),
    ],
)
def test_fault_names_line_cause_and_remedy(
    file: Path, text: str, line: int, cause: str, remedy: str
) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulingFileError) as caught:
        read_rulings(file, load_taxonomy())
    [fault] = caught.value.faults
    assert (fault.line, cause in fault.cause) == (line, True), fault
    assert remedy in fault.remedy
    assert f"rulings.toml:{line}: " in str(caught.value)


def test_all_faults_are_named_and_nothing_is_imported(services: Services, file: Path) -> None:
    good = entry_of(paper='"2603.00002"')
    file.write_text(good + entry_of(verdict='"no"') + entry_of(paper='"x"'), encoding="utf-8")
    with pytest.raises(RulingFileError) as caught:
        imported(services, file)
    assert [one.line for one in caught.value.faults] == [10, 15]
    with services.open_store() as store:
        assert store.rulings.all() == ()


def test_date_in_the_future_and_missing_file_are_refused(services: Services, file: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        imported(services, file)
    file.write_text(entry_of(at="2030-01-01T00:00:00Z"), encoding="utf-8")
    with pytest.raises(UsageError, match="in the future"):
        imported(services, file)


def test_former_section_ids_are_followed(file: Path) -> None:
    def change(*moves: SectionMove) -> TaxonomyChange:
        return TaxonomyChange("c", "a", "b", NOW, "bo", moves, frozenset())

    moved = followed(
        [
            change(SectionMove(MoveKind.RENAME, "helpers", ("workers",))),
            change(SectionMove(MoveKind.MERGE, "workers", ("agents",))),
        ]
    )
    assert moved == {"helpers": ("agents",), "workers": ("agents",)}
    file.write_text(entry_of(sections='["helpers"]'), encoding="utf-8")
    [entry] = read_rulings(file, load_taxonomy(), moved)
    assert entry.sections == ("agents",)


def test_no_ruling_is_a_file_with_its_header() -> None:
    assert written([]) == HEADER


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "{b=" * 3_000,
        "a = " + "9" * 10_000,
        "".join(f"k{n} = 1\n" for n in range(5_000)),
        '[[ruling]]\npaper = "x"\n' * 5_000,
        (
            '[[ruling]]\npaper = "2603.00001"\nverdict = "rejected"\nsentence = "Not a model."\n'
            "at = 0001-01-01T00:00:00+14:00\n"
        ),
    ],
    ids=["lists", "tables", "digits", "keys", "faults", "year 1"],
)
def test_hostile_file_is_refused_with_few_faults(services: Services, file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulingFileError) as refused:
        read_rulings(file, services.taxonomy)
    assert 1 <= len(refused.value.faults) <= 50


@pytest.mark.parametrize(
    "text",
    [
        "# one\na" + ".a" * 20_000 + " = 1\n",
        "# one\n[a" + " . a" * 20_000 + "]\n",
        '# one\nx = {"a"' + '."a"' * 20_000 + " = 1}\n",
        "# one\n'a'" + ".'a'" * 20_000 + " = 1\n",
    ],
    ids=["key", "table", "within", "quoted"],
)
def test_key_of_thousands_of_parts_is_refused_before_it_is_parsed(
    file: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parser would take the time of its square: 10 s for 20,000 parts."""
    monkeypatch.delattr("pipeline.review.rulings.file.tomllib.loads")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulingFileError, match=r"rulings\.toml:2: it nests too deeply"):
        read_rulings(file, load_taxonomy())


def test_dots_in_texts_are_no_key(services: Services, file: Path) -> None:
    sentence = "See a.b.c and 1.2.3, and " + "." * 50 + " 'and' \"so\" on."
    with services.open_store() as store:
        store.rulings.add([make_ruling("2603.00001", sentence=sentence)])
        file.write_text(written(store.rulings.standing()), encoding="utf-8")
    assert [one.sentence for one in read_rulings(file, services.taxonomy)] == [sentence]


@pytest.mark.parametrize(
    ("paper", "remedy"),
    [("2603.09999", "`living-survey add ID`"), ("doi:10.1000/xyz", "import --candidates")],
)
def test_import_names_the_command_that_brings_the_paper(
    services: Services, file: Path, paper: str, remedy: str
) -> None:
    file.write_text(entry_of(paper=f'"{paper}"'), encoding="utf-8")
    done = imported(services, file)
    assert done.unknown == (paper,)
    [said] = [line for line in lines_of(done) if "not held" in line]
    assert said.startswith(f"{paper}: not held, kept: ")
    assert remedy in said
    assert ("living-survey add" in said) == (paper == "2603.09999")
