import pytest

from classifiers.cues import CueClassifier, CueIndex, CueKey
from config.taxonomy import load_taxonomy
from tests.support.texts import document, outside

AGENTS = CueKey("task", "agents")


@pytest.mark.parametrize(
    ("cue", "title", "found"),
    [
        ("agent", "A reagent for chemists", False),
        ("agent", "Two agents talk", True),
        ("text to image", "Text-to-Image models", True),
        ("text to image", "Text, then image", False),
        ("3d scene", "3D scenes", True),
        ("gui agents", "A GUI agent", False),
    ],
)
def test_cue_matches_whole_words(cue: str, title: str, *, found: bool) -> None:
    index = CueIndex({AGENTS: (cue,)})
    assert bool(index.found(document("1", title))) is found


def test_repeated_cue_is_capped() -> None:
    index = CueIndex({AGENTS: ("agent",)})
    once, thrice, often = index.evidence([document(str(n), "", "agent " * n) for n in (1, 3, 300)])
    assert once < thrice == often


def test_title_counts_more_than_abstract() -> None:
    index = CueIndex({AGENTS: ("agent",)})
    title, abstract = index.evidence([document("1", "Agent"), document("2", "", "agent")])
    assert title > abstract


def test_cue_classifier_places_a_paper() -> None:
    classifier = CueClassifier(load_taxonomy())
    video, tariffs = classifier.predict(
        [
            document("1", "Video diffusion for text to video generation", "Camera control."),
            *outside(1),
        ]
    )
    assert video.in_scope > 0.8
    assert tariffs.in_scope < 0.2
    assert video.sections[0][0] == "generation-video-non-llm-based"
    assert video.terms[0][1] > 0
    assert tariffs.terms == ()
    assert classifier.model_id.startswith("cues-")


def test_no_cue_prefers_no_label() -> None:
    [scores] = CueClassifier(load_taxonomy()).predict(outside(1))
    tasks = [p for facet, _, p in scores.facets if facet == "task"]
    assert tasks == pytest.approx([1 / len(tasks)] * len(tasks))
