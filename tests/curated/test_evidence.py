"""Where arXiv's title stands in the words of a block that names the ID, it is the title."""

from pipeline.curated.agreement import Known
from pipeline.curated.parse import parse_list
from pipeline.curated.types import AsideReason, CuratedList

_ARXIV = "https://arxiv.org/abs/2401.0000"
_KNOWN = {
    "2401.00001": Known(("Brass Lamps at Night",), ("Ada Vole",)),
    "2401.00002": Known(("Wicks without Wax", "Wax-Free Wicks for All"), ("Bo Finch",)),
}


def parse(text: str) -> CuratedList:
    return parse_list(f"# L\n\n## A\n\n{text}\n".encode(), _KNOWN)


def only_title(text: str) -> tuple[str, str]:
    (entry,) = parse(text).entries
    assert entry.arxiv_id is not None
    return entry.title, entry.arxiv_id.base


def test_title_within_a_sentence_is_found() -> None:
    text = f"- Ada Vole says Brass Lamps at Night shine, 2024 [x]({_ARXIV}1)"

    assert only_title(text) == ("Brass Lamps at Night", "2401.00001")


def test_former_title_is_found() -> None:
    text = f"- We like Wax-Free Wicks for All. See [code]({_ARXIV}2)."

    assert only_title(text) == ("Wax-Free Wicks for All", "2401.00002")


def test_known_title_wins_over_bold_text() -> None:
    text = f"- **A Very Long Remark in Bold** [Brass Lamps at Night]({_ARXIV}1)"

    assert only_title(text)[0] == "Brass Lamps at Night"


def test_mention_under_its_own_title_is_an_entry() -> None:
    text = f"- extends [wicks without wax]({_ARXIV}2)"

    assert only_title(text) == ("wicks without wax", "2401.00002")


def test_mention_under_another_text_stays_a_mention() -> None:
    curated = parse(
        f"- **Oil and Old Water of the Sea** [[paper]({_ARXIV}1)],"
        f" extends [the wick paper]({_ARXIV}2)"
    )

    assert [entry.title for entry in curated.entries] == ["Oil and Old Water of the Sea"]
    assert [(one.reason, one.text) for one in curated.asides] == [
        (AsideReason.MENTION, "the wick paper")
    ]
