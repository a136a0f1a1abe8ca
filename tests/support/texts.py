"""Small fictional papers that read like abstracts, for the classifier's tests."""

from datetime import UTC, datetime

from classifiers.types import Document, Example

TRAINED_AT = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)

_SUBJECTS = (
    "kitchens", "rivers", "gardens", "harbours", "forests", "markets", "bridges", "deserts",
    "castles", "meadows", "stations", "islands",
)  # fmt: skip

_KINDS = {
    "generation-image-non-llm-based": (
        "Text to image diffusion for {}",
        (
            "We present image generation of {} with a latent diffusion model and a text encoder. "
            "The text to image model improves image synthesis quality."
        ),
    ),
    "generation-video-non-llm-based": (
        "Video diffusion of {}",
        (
            "We study text to video generation of {}. Our video diffusion transformer makes long "
            "videos, image to video included, with motion control."
        ),
    ),
    "understanding-image": (
        "Visual question answering about {}",
        (
            "A multimodal large language model answers questions about {}. We evaluate visual "
            "understanding and visual reasoning and reduce object hallucination."
        ),
    ),
    "safety-attack": (
        "Jailbreak attacks with {}",
        (
            "We show jailbreak attacks on vision language models with pictures of {}. The attack "
            "success rate of our adversarial attacks is high and content is harmful."
        ),
    ),
}
#: IDs of the sections that approved papers belong to
SECTIONS = tuple(_KINDS)
_OUTSIDE = (
    "Parsing tariffs of {}",
    (
        "We analyse customs tariffs of {} with ledgers, court records and regression tables of the "
        "nineteenth century, and discuss monetary policy."
    ),
)


def document(key: str, title: str, abstract: str = "") -> Document:
    """Return a document in cs.CV."""
    return Document(key, title, abstract, ("cs.CV",))


def _numbered(key: str, title: str, text: str, subject: str, number: int) -> Document:
    # No two titles are alike: papers of one title are one paper.
    return document(key, f"{title.format(subject)}, {number}", text.format(subject))


def approved(count: int = 12, *, start: int = 0) -> list[Example]:
    """Return `count` approved examples of each of four sections."""
    return [
        Example(
            _numbered(f"{section}-{n + start}", title, text, subject, n + start),
            in_scope=True,
            sections=(section,),
        )
        for section, (title, text) in _KINDS.items()
        for n, subject in enumerate((_SUBJECTS * 9)[:count])
    ]


def rejected(count: int = 12, *, start: int = 0) -> list[Example]:
    """Return `count` rejected examples."""
    return [Example(text, in_scope=False) for text in outside(count, start=start)]


def outside(count: int, *, start: int = 0) -> list[Document]:
    """Return `count` documents out of scope."""
    title, text = _OUTSIDE
    return [
        _numbered(f"outside-{n + start}", title, text, subject, n + start)
        for n, subject in enumerate((_SUBJECTS * 9)[:count])
    ]


def stream(count: int = 40) -> list[Document]:
    """Return an unlabelled background, half of it in scope."""
    inside = [example.document for example in approved(count // 8, start=500)]
    return [*inside, *outside(count // 2, start=500)]
