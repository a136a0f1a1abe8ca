"""Every published byte is made of decisions: predictions do not change one of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.schema import SurveySettings
from pipeline.publish import targets
from pipeline.publish.exports.formats import FORMATS
from pipeline.publish.exports.select import Wanted, choose
from pipeline.publish.targets import named_targets, recorded_target
from pipeline.runtime.services import Services
from storage.store import OpenStore, Store
from storage.types import TermWeight, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.digest import MONDAY
from tests.support.publish import approve, publishing_services
from tests.support.storage import add_predictions, opener

APPROVED = tuple(f"2603.0000{number}" for number in range(1, 5))
OTHERS = tuple(f"2603.1000{number}" for number in range(1, 9))

CHANGES = {
    "emptied": "DELETE FROM prediction",
    "set to 1": "UPDATE prediction SET in_scope = 1",
    "shuffled": """
        UPDATE prediction SET in_scope = other.in_scope, top_section = other.top_section
        FROM (SELECT arxiv_id, lead(in_scope) OVER (ORDER BY arxiv_id) AS in_scope,
                     lead(top_section) OVER (ORDER BY arxiv_id) AS top_section FROM prediction)
             AS other
        WHERE other.arxiv_id = prediction.arxiv_id AND other.in_scope IS NOT NULL
        """,
    "without a queue": "DELETE FROM waiting",
}


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """Approved, rejected and undecided papers, each with a prediction."""
    found = opener(tmp_path)
    with found() as store:
        approve(store, *APPROVED)
        store.papers.upsert([make_paper(one) for one in OTHERS], seen_at=MONDAY)
        store.decisions.add(
            [
                make_decision(
                    OTHERS[0], verdict=Verdict.REJECTED, reason="off-topic", decided_at=MONDAY
                )
            ]
        )
        for number, one in enumerate((*APPROVED, *OTHERS)):
            add_predictions(
                store,
                [
                    make_prediction(
                        one,
                        in_scope=number / 12,
                        terms=(TermWeight(f"term {number}", number + 0.5),),
                        predicted_at=MONDAY - timedelta(hours=1),
                    )
                ],
            )
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_predictions_change_no_published_byte(
    open_store: OpenStore, tmp_path: Path, change: str
) -> None:
    services = publishing_services(open_store, tmp_path)
    before = _bytes(services, tmp_path)
    assert sum(APPROVED[0].encode() in data for data in before.values()) >= 4
    with open_store() as store:
        _run(store, CHANGES[change])
    assert _bytes(services, tmp_path) == before


def _run(store: Store, sql: str) -> None:
    with store.transaction():
        store._session.write(sql)


def _bytes(services: Services, directory: Path) -> dict[str, bytes]:
    """Return everything that could be published, by file name."""
    found = {}
    list_file = directory / "list.md"
    list_file.write_text(
        "# Papers\n\n## Agents\n\n- [Old](https://arxiv.org/abs/2401.00001), 2024\n"
    )
    settings = services.settings.model_copy(
        update={"survey": SurveySettings(title="A Survey", list=(list_file,))}
    )
    services = Services(
        settings, services.taxonomy, services.open_store, services.clock, services.models
    )
    digest = recorded_target("digest:2026-W12", settings)
    assert digest.week is not None
    for target in named_targets(tuple(targets._TARGETS), settings, digest.week):
        for file in target.build(services).files:
            found[f"{target.name} {file.path.name}"] = file.data
    with services.open_store() as store:
        records = choose(store, Wanted(), services.taxonomy).records
    return found | {name: form.write(records) for name, form in FORMATS.items()}
