"""A representation of another package: installed by pip, used by commands, and missed by them."""

import os
from dataclasses import dataclass, replace

import pytest

from classifiers.types import Document, Example
from tests.support.cli import ROOT, Survey, survey_at
from tests.support.learning import DAY, START, arxiv_id, decide, opener, small_taxonomy_file
from tests.support.representations import install_by_pip

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("representation_package")]

#: words that say nothing about the verdict
_WORDS = ("boats", "rivers", "harbours", "ladders", "snails", "bridges", "drums", "herons")
_SECTION = "generation-image-non-llm-based"
REMEDY = "Install the package that offers it, or take 'signs' out of [classifier] representations."


def _papers(count: int) -> list[Example]:
    """Return papers of which every second is in scope, which only a sign tells."""
    made = []
    for number in range(count):
        yes = number % 2 == 0
        words = " ".join(_WORDS[number * step % 8] for step in (1, 3, 5, 7, 11, 13))
        document = Document(f"s{number:03}", f"Paper {number}", f"{words}{'!' if yes else '?'}")
        made.append(Example(document, yes, sections=(_SECTION,) if yes else ()))
    return made


@dataclass(frozen=True)
class Two:
    """The same survey where the package is installed, and where it is not."""

    here: Survey
    elsewhere: Survey
    #: of the model that was trained with it
    model_id: str


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    folder = tmp_path_factory.mktemp("signs")
    site = install_by_pip(folder / "source", folder / "site")
    decide(opener(folder), _papers(120), first=START, step=DAY / 4)
    elsewhere = survey_at(
        folder,
        url="http://127.0.0.1:9",
        now=(START + 100 * DAY).isoformat(),
        LIVING_SURVEY_SURVEY__TAXONOMY=str(small_taxonomy_file(folder)),
        LIVING_SURVEY_CLASSIFIER__REPRESENTATIONS='["tfidf", "signs"]',
    )
    path = os.pathsep.join((str(ROOT), str(site)))
    here = replace(elsewhere, environment={**elsewhere.environment, "PYTHONPATH": path})
    return Two(here, elsewhere, here.json("train")["model_id"])


def test_installed_package_becomes_part_of_model_and_reasons(two: Two) -> None:
    assert two.model_id.startswith("tfidf.signs-")
    header = two.here.json("model", "show")
    assert header["representations"] == {"tfidf": "1", "signs": "1"}
    assert header["shares"]["signs: scope"] > 0
    # each worker makes the representation again
    workers = {
        "LIVING_SURVEY_RUNTIME__EXECUTOR": "processes",
        "LIVING_SURVEY_RUNTIME__WORKERS": "2",
    }
    assert two.here.json("classify", **workers)["classified"] == 120
    paper = arxiv_id(_papers(1)[0].document)
    reasons = two.here.json("why", paper)["reasons"]
    assert reasons["beside"] == ["signs"]
    scope = reasons["accounts"][0]
    shares = sum(share["value"] for share in scope["shares"])
    assert scope["wordless"] > 0
    assert scope["base"] + shares + scope["wordless"] == pytest.approx(scope["score"])
    said = two.here.call("why", paper).out
    assert f"Beside the words, signs: {scope['wordless']:+.2f}, without words to show." in said
    assert two.here.json("plan")["wrong"] == []


def test_missing_package_is_said_and_refused_with_the_remedy(two: Two) -> None:
    said = two.elsewhere.json("plan")["wrong"]
    assert [(one["check"], one["wrong"]) for one in said] == [("settings", True), ("model", True)]
    assert said[0]["what"].startswith("There is no representation 'signs'. Installed are: tfidf,")
    assert said[0]["remedy"] == REMEDY
    assert f"{two.model_id} was trained with a representation that is not" in said[1]["what"]
    assert "docs/guides/representations.md" in said[1]["remedy"]
    shown = two.elsewhere.call("plan").out
    assert f"settings    {said[0]['what']} {REMEDY}" in shown
    found = two.elsewhere.call("doctor", "--json").document["findings"]
    assert [one for one in said if {"stage": "model", **one} not in found] == []
    for command, remedy in (("train", REMEDY), ("classify", "take it out of [classifier]")):
        ended = two.elsewhere.call(command)
        assert (ended.status, ended.out) == (1, "")
        assert remedy in ended.err
