"""Changes that arrive by OAI become cases; incomplete records are asked for again."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.protocol.record import Record, Version
from storage.store import OpenStore
from tests.support.arxiv import fetch, make_record, noon
from tests.support.builders import make_decision

TUESDAY, FRIDAY = date(2026, 3, 17), date(2026, 3, 20)
FIRST = make_record(1, TUESDAY, title="Kettles", abstract="We boil water in a $\\kappa$-kettle.")
KEY = FIRST.arxiv_id


def second_version(record: Record, *, withdrawn: bool = False) -> tuple[Version, ...]:
    return (*record.versions, Version(2, noon(TUESDAY), FRIDAY, withdrawn=withdrawn))


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        (
            {"versions": second_version(FIRST, withdrawn=True), "comment": "Wrong."},
            ("withdrawn", "new_version"),
        ),
        ({"title": "Lanterns"}, ("title",)),
        ({"abstract": "We light lamps."}, ("abstract",)),
        ({"categories": ("cs.SD", "cs.CV")}, ("categories",)),
        ({"journal_ref": "Journal of Kettles 3 (2026) 1-9"}, ("journal_ref",)),
        ({"versions": second_version(FIRST)}, ("new_version",)),
        ({"abstract": "We  boil water\n  in a $\\kappa$-kettle."}, ()),
        ({"comment": "9 pages"}, ()),
    ],
)
def test_change_that_arrives_by_oai_is_a_case_once(
    tmp_path: Path, open_store: OpenStore, fields: dict[str, Any], kinds: tuple[str, ...]
) -> None:
    with ReplicaServer([FIRST], today=TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(TUESDAY))
    with open_store() as store:
        store.decisions.add([make_decision(KEY, decided_at=noon(TUESDAY))])
    with ReplicaServer([replace(FIRST, datestamp=FRIDAY, **fields)], today=FRIDAY) as arxiv:
        for _ in range(2):
            fetch(arxiv, tmp_path, open_store, noon(FRIDAY))
    with open_store() as store:
        assert [case.kinds for case in store.corrections.open()] == ([kinds] if kinds else [])


def test_incomplete_record_is_asked_for_again_until_it_is_whole(
    tmp_path: Path, open_store: OpenStore
) -> None:
    empty = replace(FIRST, abstract="No abstract available.")
    with ReplicaServer([empty], today=TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(TUESDAY))
        report = fetch(arxiv, tmp_path, open_store, noon(TUESDAY))
    assert report.completed.asked == 0
    for day in (FRIDAY, FRIDAY + timedelta(days=7)):
        with ReplicaServer([empty], today=day) as arxiv:
            assert fetch(arxiv, tmp_path, open_store, noon(day)).completed.asked == 1
    # The datestamp is an old one, so that no harvest brings the text.
    day = FRIDAY + timedelta(days=14)
    with ReplicaServer([FIRST], today=day) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, noon(day))
    assert report.completed.completed == (KEY,)
    with open_store() as store:
        assert store.incomplete.count() == 0
