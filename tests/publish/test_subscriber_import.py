"""Import of people who agreed elsewhere: spellings, stray marks, many lines, departures."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from config.errors import UsageError
from config.schema import DatabaseSettings
from pipeline.publish.subscribers import roll
from pipeline.publish.subscribers.address import parse_address
from pipeline.publish.subscribers.roll import ImportReport, import_people
from pipeline.publish.subscribers.table import write_subscribers
from pipeline.runtime.services import Services
from storage.subscriber_types import Choices, How, Rhythm
from tests.support.services import make_services
from tests.support.storage import database
from tests.support.subscribers import START, PublicPages, public_pages

DAY = date(2026, 1, 31)


@pytest.fixture
def pages(tmp_path: Path) -> PublicPages:
    return public_pages(tmp_path)


def services_of(pages: PublicPages) -> Services:
    return make_services(
        pages.open_store,
        START,
        subscribers=pages.settings,
        database=DatabaseSettings(path=database(pages.folder)),
    )


def load(pages: PublicPages, content: str | bytes, *, dry_run: bool = False) -> ImportReport:
    path = pages.folder / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_people(
        services_of(pages),
        path,
        consent="Form of 2025",
        consented_on=DAY,
        choices=Choices("zh"),
        person="mia",
        dry_run=dry_run,
    )


def test_plain_lines_and_columns_are_read(pages: PublicPages) -> None:
    assert load(pages, "ada@example.org\r\n\r\nBo@EXAMPLE.org\n").added == 2
    table = (
        "\ufeffName;Email Address;rhythm;sections;consented_at\r\n"
        "Cy;cy@example.org;monthly;;2025-05-06T07:08:09Z\r\n"
    )
    assert load(pages, table).added == 1
    quoted = 'address,sections,language\n"di@example.org","agents; safety-attack",en\n'
    assert load(pages, quoted).added == 1
    people = {one.address: one for one in pages.everybody()}
    assert set(people) == {
        *("ada@example.org", "Bo@example.org", "cy@example.org", "di@example.org")
    }
    assert people["ada@example.org"].choices == Choices("zh")
    assert people["ada@example.org"].wording == "Form of 2025"
    assert people["cy@example.org"].choices.rhythm is Rhythm.MONTHLY
    consented = people["cy@example.org"].consented_at
    assert consented is not None
    assert consented.date() == date(2025, 5, 6)
    assert people["di@example.org"].choices == Choices("en", ("agents", "safety-attack"))
    assert len(pages.recipients()) == 4


def test_every_address_of_a_line_is_taken_or_named(pages: PublicPages) -> None:
    report = load(pages, "ada@example.org,Ada,bo@example.org\ncy@example.org;di@example\n")
    assert (report.added, report.repeated) == (3, 0)
    assert [(one.line, one.text) for one in report.rejected] == [(2, "di@example")]
    named = load(pages, "address,language\ned@example.org,en,fay@example.org\n")
    assert named.added == 1
    assert [one.text for one in named.rejected] == ["fay@example.org"]
    assert {one.address for one in pages.everybody()} == {
        *("ada@example.org", "bo@example.org", "cy@example.org", "ed@example.org")
    }


def test_faulty_lines_are_named_and_spoil_no_other(pages: PublicPages) -> None:
    lines = [
        b"address,language,consented_on",
        b"ada@example.org,en,",
        b'"bo@example.org,en,',
        b"cy@example.org,fr,",
        b"not an address,en,",
        b"di@example.org,en,2099-01-01",
        b"\xff\xfe@example.org,en,",
        b"x" * 20_000,
        b"a\0b@example.org,en,",
        b"eve@example.org\x0dBcc: x@example.org,en,",
        b"ADA@example.org,en,",
        b"ed@example.org,en,",
    ]
    report = load(pages, b"\n".join(lines))
    assert report.added == 3
    assert report.repeated == 1
    assert [one.line for one in report.rejected] == [3, 4, 5, 6, 7, 8, 9, 11]
    assert all(len(one.text) <= 101 and "\n" not in one.text for one in report.rejected)
    assert {one.address for one in pages.everybody()} == {
        *("ada@example.org", "ed@example.org", "eve@example.org")
    }


def test_import_twice_adds_nobody_twice(pages: PublicPages) -> None:
    assert load(pages, "ada@example.org\n", dry_run=True) == ImportReport(1, 0, 0, 0, (), True)
    assert pages.everybody() == []
    assert load(pages, "ada@example.org\n").added == 1
    before = pages.snapshot()
    assert load(pages, "Ada@EXAMPLE.org\n") == ImportReport(0, 1, 0, 0, ())
    assert pages.snapshot() == before


def test_who_left_or_was_deleted_cannot_be_imported(pages: PublicPages) -> None:
    names = ("ada", "bo", "cy", "di")
    addresses = [f"{name}@example.org" for name in names]
    keys = {name: pages.join(address) for name, address in zip(names, addresses, strict=True)}
    with pages.open_store() as store:
        store.subscribers.leave(keys["ada"], How.PAGE, START)
        store.subscribers.delete(keys["bo"], How.PAGE, START)
        store.subscribers.leave(keys["cy"], How.PAGE, START)
        store.subscribers.delete(keys["cy"], How.PAGE, START)
    report = load(pages, "\n".join(addresses))
    assert (report.added, report.present, report.departed) == (0, 1, 3)
    # Their own opt-in brings them back; then they are there.
    pages.join("bo+x@example.org")
    pages.join("bo@example.org")
    assert load(pages, "bo@example.org").present == 1


def test_departures_beside_the_database_stop_an_import(pages: PublicPages) -> None:
    ada = pages.join("ada@example.org")
    with pages.open_store() as store:
        store.subscribers.delete(ada, How.PAGE, START)
    departures = pages.folder / "survey.duckdb.departures"
    kept = departures.read_bytes()
    fresh = public_pages(pages.folder / "other")
    # As after the loss of the database: the key and the file of departures were kept.
    for name, content in (
        (
            "survey.duckdb.subscriber-key",
            (pages.folder / "survey.duckdb.subscriber-key").read_bytes(),
        ),
        (departures.name, kept),
    ):
        path = fresh.folder / name
        path.write_bytes(content)
        path.chmod(0o600)
    report = load(fresh, "ada@example.org\nbo@example.org\n")
    assert (report.added, report.departed) == (1, 1)


def test_person_who_waits_is_confirmed_by_an_import(pages: PublicPages) -> None:
    pages.client().post("/subscribe", {"address": "ada@example.org"})
    [asked] = pages.waiting()
    assert load(pages, "ada@example.org\n").added == 1
    [ada] = pages.everybody()
    assert ada.subscriber_id == asked.subscriber_id
    assert ada.is_subscribed


def test_import_without_a_consent_is_refused(pages: PublicPages) -> None:
    path = pages.folder / "a.csv"
    path.write_text("ada@example.org\n")
    for consent, day in ((" ", DAY), ("Form", date(2027, 1, 1))):
        with pytest.raises(UsageError):
            import_people(
                services_of(pages),
                path,
                consent=consent,
                consented_on=day,
                choices=Choices(),
                person="mia",
            )
    path.write_text("name,phone\nAda,1\n")
    with pytest.raises(UsageError, match="no column of addresses"):
        load(pages, path.read_text())
    with pytest.raises(UsageError, match="cannot be read"):
        import_people(
            services_of(pages),
            pages.folder,
            consent="Form",
            consented_on=DAY,
            choices=Choices(),
            person="mia",
        )


def test_more_lines_than_one_batch_are_imported(
    pages: PublicPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roll, "_AT_ONCE", 1_000)
    number = 2_500
    lines = (f"reader{place}@host{place % 97}.example.org" for place in range(number))
    report = load(pages, "\n".join([*lines, "reader1@host1.example.org", "nobody"]))
    assert (report.added, report.repeated, len(report.rejected)) == (number, 1, 1)
    assert len(pages.recipients()) == number


def test_export_is_read_again_and_calculates_nothing(pages: PublicPages) -> None:
    addresses = ("=1+1@example.org", "+x@example.org", "-2@example.org", "'ada@example.org")
    assert (
        load(pages, "address,sections\n" + "\n".join(f"{one},agents" for one in addresses)).added
        == 4
    )
    content = write_subscribers(pages.everybody())
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert not any(
        cell.lstrip("'\"").startswith("=") and cell[0] == "=" for row in rows for cell in row
    )
    assert all(row[0][0] not in "=+-@" for row in rows[1:])
    other = public_pages(pages.folder / "other")
    report = load(other, content)
    assert (report.added, report.rejected) == (4, ())
    assert {one.address for one in other.everybody()} == set(addresses)
    assert other.everybody()[0].choices.sections == ("agents",)


def test_maintainer_asks_removes_and_finds(pages: PublicPages) -> None:
    services = services_of(pages)
    ada = parse_address("ada@example.org")
    asked = roll.add(services, [ada] * 4, Choices(), "Yes.")
    assert [one.value for _, one in asked.asked] == ["queued"] * 3 + ["mailbox limit"]
    assert pages.recipients() == ()
    load(pages, "ada@example.org\n")
    assert roll.find(services, ada)["state"] == "confirmed"
    assert roll.remove(services, [ada], person="mia", delete=False).removed == ((str(ada), "left"),)
    assert roll.remove(services, [ada], person="mia", delete=False).removed[0][1] == "unchanged"
    assert roll.remove(services, [ada], person="mia", delete=True).removed[0][1] == "deleted"
    assert roll.remove(services, [ada], person="mia", delete=True).removed[0][1] == "unchanged"
    with pytest.raises(UsageError, match="not subscribed"):
        roll.find(services, ada)
