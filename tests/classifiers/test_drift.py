import numpy as np
import pytest

from classifiers.measure.drift import drift, missing_section, stability_index, unknown_share
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import document_text
from classifiers.types import Document
from config.taxonomy import load_taxonomy
from tests.support.texts import approved, document, outside


@pytest.fixture(scope="module")
def features() -> TextFeatures:
    return TextFeatures().fit([document_text(d) for d in outside(12)])


def test_known_texts_have_no_unknown_words(features: TextFeatures) -> None:
    assert unknown_share(features, outside(12)) == 0.0
    assert unknown_share(features, [document("1", "xylophones zithers")]) == 1.0
    assert unknown_share(features, []) == 0.0


def test_equal_samples_have_no_shift() -> None:
    sample = np.linspace(0, 1, 200)
    assert stability_index(sample, sample) == pytest.approx(0.0)
    assert stability_index(sample, sample**4) > 0.25
    assert stability_index(sample, np.array([])) == 0.0


def test_week_with_other_scores_is_notable(features: TextFeatures) -> None:
    week = outside(5)
    steady = [0.05] * 80 + [0.9] * 20
    quiet = drift(features, week, reference=steady, scores=steady, decided=[(0.9, True)])
    loud = drift(features, week, reference=steady, scores=[0.9] * 100)
    assert not quiet.notable
    assert quiet.calibration_error == pytest.approx(0.1)
    assert loud.notable
    assert np.isnan(loud.calibration_error)


def test_cluster_of_new_terms_is_found() -> None:
    robots = [
        document(f"robot-{n}", "Humanoid locomotion", f"Quadruped gaits on terrain {n}.")
        for n in range(30)
    ]
    others = [*outside(100), *(example.document for example in approved(25))]
    found = missing_section(robots, others, load_taxonomy())
    assert found is not None
    assert {"humanoid", "locomotion", "quadruped"} <= {term for term, _ in found.terms}
    assert len(found.examples) == 5
    assert all(key.startswith("robot-") for key in found.examples)


def test_words_of_the_taxonomy_are_ignored() -> None:
    jailbreaks = [document(f"j-{n}", "Jailbreak", "jailbreak jailbreaking") for n in range(30)]
    assert missing_section(jailbreaks, outside(100), load_taxonomy()) is None


def test_few_papers_are_not_a_cluster() -> None:
    robots = [document(f"robot-{n}", "Humanoid locomotion of quadrupeds") for n in range(3)]
    assert missing_section(robots, outside(100), load_taxonomy()) is None


def _reading(count: int, section: str, words: str) -> list[Document]:
    return [
        document(f"{section}-{n}", f"{words} {n}", f"We show {words} here.") for n in range(count)
    ]


def test_terms_covered_by_a_section_are_ignored() -> None:
    flagged = _reading(40, "open", "chart reading of ledgers")
    placed = {"charts": _reading(20, "charts", "chart reading of ledgers")}
    others = outside(200)
    assert missing_section(flagged, others, load_taxonomy()) is not None
    assert missing_section(flagged, others, load_taxonomy(), placed) is None


def test_unrelated_terms_are_not_a_subject() -> None:
    words = ("quokka", "wombat", "numbat", "bilby", "dingo", "echidna")
    apart = [document(f"{word}-{n}", word, word) for word in words for n in range(15)]
    assert missing_section(apart, outside(100), load_taxonomy()) is None
    herd = [document(f"h-{n}", "Quokka, wombat", "Numbat.") for n in range(15)]
    found = missing_section([*apart, *herd], outside(100), load_taxonomy())
    assert found is not None
    assert {"quokka", "wombat", "numbat"} <= {word for t, _ in found.terms for word in t.split()}
    assert all(key.startswith("h-") for key in found.examples)


def test_subject_is_found_among_other_flagged_papers() -> None:
    noise = [
        document(f"n-{n}", f"Answering questions about pictures {n}", "Grained textual answers.")
        for n in range(300)
    ]
    placed = {
        "pictures": _reading(150, "p", "answering questions about pictures grained textual answers")
    }
    hives = [
        document(
            f"m-{n}", f"Apiary pictures {n}", "Nectar in hives. An apiary, and brood: textual."
        )
        for n in range(15)
    ]
    rest = _reading(1500, "r", "customs tariffs of ports")
    common = _reading(60, "o", "apiary")  # frequent elsewhere in the stream
    found = missing_section([*noise, *hives], [*rest, *common], load_taxonomy(), placed)
    assert found is not None
    assert {"nectar", "brood"} <= {word for term, _ in found.terms for word in term.split()}
    assert all(key.startswith("m-") for key in found.examples)
    assert missing_section(noise, [*rest, *common], load_taxonomy(), placed) is None
