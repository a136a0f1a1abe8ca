"""Papers about the same subject, by shared terms."""

from pipeline.review.alike import AlikePaper, alike, least_shared, subjects
from storage.types import TermWeight


def _terms(*names: str) -> tuple[TermWeight, ...]:
    return tuple(TermWeight(name, 2.0 - number / 10) for number, name in enumerate(names))


def test_overlapping_terms_are_one_subject() -> None:
    found = subjects(_terms("gaussian", "gaussian splatting", "scene", "splatting"))
    assert [one.name for one in found] == ["gaussian splatting", "scene"]
    assert found[0].terms == {"gaussian", "gaussian splatting", "splatting"}


def test_function_words_are_no_subject() -> None:
    assert [one.name for one in subjects(_terms("the", "to video", "and we", "radar"))] == [
        "to video",
        "radar",
    ]


def test_terms_against_are_subjects_too() -> None:
    [found] = subjects([TermWeight("radar", -1.5)])
    assert found.name == "radar"


def test_alike_papers_share_more_than_half() -> None:
    wanted = subjects(_terms("gaussian splatting", "radiance", "scene", "novel view"))
    assert least_shared(wanted) == 3
    found = alike(
        wanted,
        {
            "2603.00001": ["gaussian splatting", "radiance"],
            "2603.00002": ["gaussian splatting", "radiance", "scene"],
            "2603.00003": ["novel view", "gaussian splatting", "radiance", "scene"],
        },
    )
    assert found == (
        AlikePaper("2603.00003", ("gaussian splatting", "radiance", "scene", "novel view")),
        AlikePaper("2603.00002", ("gaussian splatting", "radiance", "scene")),
    )


def test_one_subject_is_alike_to_none() -> None:
    wanted = subjects(_terms("gaussian", "gaussian splatting"))
    assert alike(wanted, {"2603.00001": ["gaussian", "gaussian splatting"]}) == ()


def test_no_terms_have_no_subject() -> None:
    assert subjects(()) == ()
    assert alike((), {"2603.00001": ["radar"]}) == ()
