"""Waiting papers that share terms with one."""

from pathlib import Path

from storage.types import TermWeight, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import make_site, scores


def _terms(*names: str) -> tuple[TermWeight, ...]:
    return tuple(TermWeight(name, 1.0) for name in names)


def test_waiting_papers_with_enough_shared_terms_are_found(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    for arxiv_id, terms in {
        "2603.00001": _terms("splatting", "radiance", "scene"),
        "2603.00002": _terms("splatting", "radiance", "audio"),
        "2603.00003": _terms("splatting", "audio"),
        "2603.00004": _terms("splatting", "radiance", "scene"),
        "2603.00005": (),
        "2603.00006": _terms("splatting", "radiance", "scene"),
    }.items():
        sections = scores(agents=0.9) if arxiv_id.endswith("6") else scores(make_image=0.8)
        site.put(make_paper(arxiv_id), make_prediction(arxiv_id, terms=terms, sections=sections))
    rejected = make_decision("2603.00004", verdict=Verdict.REJECTED, sections=())
    with site.open_store() as store:
        store.decisions.add([rejected])

        def sharing(terms: list[str], least: int, limit: int = 10) -> dict[str, list[str]]:
            return store.alike.sharing(terms, section="make-image", least=least, limit=limit)

        found = sharing(["splatting", "radiance", "scene"], 2)
        assert list(found.items()) == [
            ("2603.00001", ["radiance", "scene", "splatting"]),
            ("2603.00002", ["radiance", "splatting"]),
        ]
        assert list(sharing(["splatting"], 1, 2)) == [
            "2603.00001",
            "2603.00002",
        ]
        assert sharing([], 1) == {}
