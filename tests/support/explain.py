"""A queue whose paper has reasons: a small model, an open facet, neighbours, hostile titles."""

from pathlib import Path

from classifiers.kept import artifact
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.types import Example
from config.taxonomy import load_taxonomy
from storage.types import FacetScore, SectionScore, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import ReviewSite
from tests.support.texts import TRAINED_AT, approved, document, rejected, stream

TAXONOMY = load_taxonomy()
TITLE = "Video Diffusion of Volcanoes"
ABSTRACT = "Our text-to-video model: a <b>video diffusion</b> transformer & image to video."
SECTIONS = (
    SectionScore("generation-video-non-llm-based", 0.45),
    SectionScore("generation-video-llm-based", 0.41),
    SectionScore("editing-video-llm-based", 0.06),
)
#: hostile as a term can be: tokens are letters and digits, so markup can only come by the title
HOSTILE = '"><img src=x onerror=alert(1)>'


def small_model() -> Model:
    """Return a model that learned from a hostile title too."""
    odd = Example(
        document("odd", f"{HOSTILE} video diffusion onerror", "alert onerror img src " * 9),
        in_scope=True,
        sections=("generation-video-non-llm-based",),
    )
    return train([*approved(), *rejected(), odd], stream(), TAXONOMY, trained_at=TRAINED_AT)


def furnish(site: ReviewSite, models: Path, model: Model) -> ReviewSite:
    """Give a site the model, a paper with reasons, and decided papers near it."""
    site.taxonomy, site.models = TAXONOMY, models
    artifact.save(model, models)
    site.put(
        make_paper("2603.00001", title=TITLE, abstract=ABSTRACT),
        make_prediction(
            model_id=model.model_id,
            sections=SECTIONS,
            facets=(
                FacetScore("task", "generation", 0.95),
                FacetScore("modality", "video", 0.9),
                FacetScore("technique", "non-llm-based", 0.5),
            ),
            open_facets=("technique",),
        ),
    )
    site.put(make_paper("2603.00002", title="Video diffusion of rivers", abstract=ABSTRACT))
    site.put(make_paper("2603.00003", title="Tariffs of rivers", abstract="Customs, video."))
    site.put(make_paper("2603.00004", title=f"{HOSTILE} video diffusion", abstract=ABSTRACT))
    into = ("generation-video-non-llm-based",)
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision("2603.00002", sections=into),
                make_decision("2603.00003", verdict=Verdict.REJECTED, sections=()),
                make_decision("2603.00004", sections=into),
            ]
        )
    return site
