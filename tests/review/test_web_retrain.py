"""Training from the page: progress, the result in a sentence, refusals and faults."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from pipeline.review.web.app import create_app
from pipeline.review.web.training.page import result_sentence
from pipeline.runtime.background import Background, BackgroundCommands, Stage
from tests.support.review import SECRET, ReviewSite, Visitor, make_site

pytestmark = pytest.mark.slow  # starts processes

TRAINED = """
import json, sys
found = {"sentence": "The first model is in use."} if sys.argv[1] == "train" else {"classified": 3}
print(json.dumps(found))
"""
FAILED = 'import sys; sys.stderr.write("living-survey: <b>Too little</b>.\\n"); sys.exit(1)'


@dataclass
class TrainingSite(ReviewSite):
    """A review site that trains with a script."""

    script: str = TRAINED
    training: BackgroundCommands = field(init=False)

    def app(self, reviewer: str = "") -> ASGIApp:
        self.training = BackgroundCommands(
            ("train", "classify"),
            environment={},
            clock=self.clock,
            start=lambda name: (sys.executable, "-c", self.script, name),
        )
        return create_app(
            self.open_store,
            self.taxonomy,
            reviewer=reviewer or self.reviewer,
            secret=SECRET,
            clock=self.clock,
            survey_title="Talking Pictures: A Survey",
            issues=self.desk(),
            state=self.state,
            models=self.models,
            training=self.training,
        )


@pytest.fixture
def site(tmp_path: Path) -> TrainingSite:
    return TrainingSite(make_site(tmp_path).open_store, models=tmp_path / "models")


def start(site: TrainingSite) -> Visitor:
    visitor = Visitor(site.app())
    visitor.post("/retrain", visitor.get("/retrain").form("/retrain"))
    return visitor


def test_training_is_told_in_a_sentence(site: TrainingSite) -> None:
    visitor = start(site)
    site.training.wait()
    page = visitor.get("/retrain")
    result = page.tree.xpath('string(//p[@id="result"])')
    assert result == "The first model is in use. 3 papers were classified."
    assert "http-equiv" not in page.response.text


def test_page_follows_a_running_training(site: TrainingSite, tmp_path: Path) -> None:
    door = tmp_path / "door"
    site.script = f"import os, time\nwhile not os.path.exists({str(door)!r}): time.sleep(0.01)\n"
    visitor = start(site)
    page = visitor.get("/retrain")
    assert 'http-equiv="refresh"' in page.response.text
    assert "step 1 of 2" in page.tree.xpath('string(//p[@id="progress"])')
    assert visitor.get("/queue").status == 200
    assert 'http-equiv="refresh"' not in visitor.get("/queue").response.text
    door.touch()
    site.training.wait()


def test_failed_training_says_why(site: TrainingSite) -> None:
    site.script = FAILED
    visitor = start(site)
    site.training.wait()
    page = visitor.get("/retrain")
    told = page.tree.xpath('string(//p[@id="result"])')
    assert "the model in use stays" in told
    assert "<b>Too little</b>." in told
    assert page.tree.xpath('//form[@action="/retrain"]')


def test_training_is_refused_while_a_run_is_active(site: TrainingSite) -> None:
    with site.open_store() as store:
        store.runs.start("backfill", site.clock(), ())
    visitor = start(site)
    assert site.training.state.stage is Stage.IDLE
    page = visitor.post("/retrain", visitor.get("/retrain").form("/retrain"))
    assert page.status == 409
    assert "`backfill` is active" in page.text


def test_form_of_another_session_starts_nothing(site: TrainingSite) -> None:
    visitor = Visitor(site.app())
    page = visitor.post("/retrain", {"token": "x"})
    assert page.status == 403
    assert site.training.state.stage is Stage.IDLE


def test_service_without_training_names_the_commands(tmp_path: Path) -> None:
    page = Visitor(make_site(tmp_path).app()).get("/retrain")
    assert page.status == 200
    assert "living-survey train" in page.text
    assert not page.tree.xpath('//form[@action="/retrain"]')


def test_result_needs_no_report() -> None:
    assert result_sentence(Background(Stage.DONE)) == "The training has ended."
    assert result_sentence(Background()) == ""
