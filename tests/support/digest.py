"""A small fictional survey and one fictional week of approvals, and a store that holds them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from config.reasons import DEFAULT_REASONS
from config.taxonomy import Facet, Label, Section, Taxonomy
from pipeline.enrich.venue import Venue, VenueKind
from pipeline.publish.digest.build import build_digest
from pipeline.publish.digest.gather import IssueSource
from pipeline.publish.digest.issue import Edition
from pipeline.publish.digest.types import NO_COLOPHON, Colophon, CorrectedPaper, Digest, Made
from pipeline.publish.digest.week import Week
from storage.highlights import Highlight
from storage.issue_types import IssueEdits
from storage.types import ApprovedPaper, LedgerStatus
from storage.weeks import VersionDates

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


def _label(name: str, en: str, zh: str) -> Label:
    return Label(name, f"About {en}.", (en.lower(),), {"en": en, "zh": zh})


def _section(id_: str, en: str, zh: str, task: str, modality: str | None) -> Section:
    return Section(
        id=id_,
        headings=("Multimodal", en),
        path=("Multimodal", en),
        task=task,
        modality=modality,
        technique=None,
        definition=f"About {en}.",
        cues=(en.lower(),),
        names={"en": en, "zh": zh},
    )


TAXONOMY = Taxonomy(
    title="Talking Pictures: A Survey",
    facets=(
        Facet(
            "task",
            (
                _label("generation", "Generation", "生成"),
                _label("editing", "Editing", "编辑"),
                _label("understanding", "Understanding", "理解"),
                _label("agents", "Agents", "智能体"),
                _label("safety", "Safety", "安全"),
            ),
        ),
        Facet(
            "modality",
            (
                _label("image", "Image", "图像"),
                _label("video", "Video", "视频"),
                _label("3d", "3D", "三维"),
                _label("audio", "Audio", "音频"),
            ),
        ),
    ),
    sections=(
        _section(
            "generation-image-llm-based",
            "Image generation, LLM-based",
            "基于大语言模型的图像生成",
            "generation",
            "image",
        ),
        _section(
            "generation-video-llm-based",
            "Video generation, LLM-based",
            "基于大语言模型的视频生成",
            "generation",
            "video",
        ),
        _section("generation-3d", "3D generation", "三维生成", "generation", "3d"),
        _section("editing-image", "Image editing", "图像编辑", "editing", "image"),
        _section("editing-audio", "Audio editing", "音频编辑", "editing", "audio"),
        _section(
            "understanding-video", "Video understanding", "视频理解", "understanding", "video"
        ),
        _section("agents", "Multimodal agents", "多模态智能体", "agents", None),
        _section("safety-attack", "Attacks", "攻击", "safety", None),
    ),
    fingerprint="0" * 64,
)

_APPROVED = ApprovedPaper(
    arxiv_id="2603.00001",
    title="Talking to the Canvas",
    abstract="Painting is slow. We present Brush, a language model that plans a picture.",
    authors=("Ada Example", "Bo Sample"),
    comment=None,
    sections=("generation-image-llm-based",),
    reviewer="ada",
    note=None,
    decided_at=MONDAY,
    version=1,
    categories=("cs.CV",),
)


def make_approved(arxiv_id: str = "2603.00001", **overrides: Any) -> ApprovedPaper:
    """Return an approval of ISO week 2026-W12; any field can be overridden."""
    return replace(_APPROVED, arxiv_id=arxiv_id, **overrides)


def make_correction(arxiv_id: str = "2602.00001", **overrides: Any) -> CorrectedPaper:
    """Return a correction of ISO week 2026-W12; any field can be overridden."""
    correction = CorrectedPaper(
        arxiv_id=arxiv_id,
        title=f"A study of paper {arxiv_id}",
        url=f"https://arxiv.org/abs/{arxiv_id}",
        kinds=("withdrawn",),
    )
    return replace(correction, **overrides)


def make_digest(
    *approved: ApprovedPaper, colophon: Colophon = NO_COLOPHON, **source: Any
) -> Digest:
    """Return the issue of 2026-W12 with these papers; `source` are fields of `IssueSource`."""
    return build_digest(
        IssueSource(Week(2026, 12), listed=approved, **source),
        TAXONOMY,
        survey_title=TAXONOMY.title,
        colophon=colophon,
    )


def make_edition(output: Path, *languages: str) -> Edition:
    """Return settings of issues that are written to a directory."""
    return Edition("A Survey", output, languages or ("en",), DEFAULT_REASONS)


def _after(minutes: int) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


#: one week with most of what a digest can meet; golden files are made of it
WEEK = (
    make_approved(
        "2603.04101",
        title="Talking to the Canvas: Language Models that Plan Before They Paint",
        abstract="Drawing from text fails when many objects must stand in given places, e.g. three "
        "cats on two chairs. To close this gap, we present Brush, a language model that writes a "
        "layout before a diffusion model paints it. It wins by 4.5 points on SmallBench.\n"
        "Code: https://github.com/fictional-lab/brush.git.",
        authors=("Ada Example", "Bo Sample", "Chiara Muster", "D. Ejemplo", "Eun Piao", "Fay Doe"),
        comment="12 pages. Accepted at AAAI 2026. Project page: "
        "https://fictional-lab.github.io/brush/",
    ),
    make_approved(
        "2603.04417",
        title="One Tokenizer to Draw and to Film",
        abstract="Image and video tokenizers have grown apart. This paper introduces Loom, one "
        "codebook of $2^{16}$ entries that a decoder-only model predicts for stills and for clips "
        r"alike. Weights are at \href{https://huggingface.co/fictional/loom}{this page}.",
        authors=("Grete Beispiel", "Hiro Tatoe"),
        sections=("generation-image-llm-based", "generation-video-llm-based"),
        decided_at=_after(7),
    ),
    make_approved(
        "2603.05002",
        title="Storyboards as Programs",
        abstract="Long films need a plan. We propose a language model that writes shots as code.",
        authors=("Ines Prueba",),
        sections=("generation-video-llm-based",),
        note="The first that keeps one cast over ten minutes; ask the authors for the data.",
        decided_at=_after(9),
    ),
    make_approved(
        "2603.05188",
        title="Does $\\mathcal{O}(n \\log n)$ Attention Suffice for Meshes? <b>Yes</b> & *No*",
        abstract="Meshes are long sequences. While previous work has shortened them by merging "
        "faces, by quantising vertices or by learning a hierarchy of patches by hand, we introduce "
        "Lattice, a sparse attention whose cost grows as $n \\log n$ and which draws meshes of "
        "sixteen thousand faces on one card.",
        authors=("Jan Voorbeeld", "Kim Yeje", "Lu Shili"),
        sections=("generation-3d",),
        decided_at=_after(15),
    ),
    make_approved(
        "2603.05641",
        title="Undo, Redo, Repaint: Editing by Conversation",
        abstract="We release Repaint, a corpus of forty thousand dialogues in which people correct "
        "a picture step by step.",
        authors=("Mo Exempel", "Nia Mfano", "Ola Eksempel"),
        version=2,
        comment="Data and demo available at https://repaint.example.org/dialogues",
        sections=("editing-image", "agents"),
        decided_at=_after(22),
    ),
    make_approved(
        "2603.06010",
        title="[1] _Whisper_ `less` | # Editing Speech Without Re-recording",
        abstract="Speech editors change the room along with the word. We describe a method that "
        "does not.",
        authors=("Pia Esempio",),
        sections=("editing-audio",),
        decided_at=_after(30),
    ),
    make_approved(
        "2603.06233",
        title="Watching for an Hour, Answering in a Second",
        abstract="Questions about long video are answered from a memory that is built once, which "
        "is introduced here together with its index.",
        authors=("Qi Lizi", "Ravi Udaharan"),
        sections=("understanding-video",),
        decided_at=_after(31),
    ),
    make_approved(
        "2603.06400",
        title="A Picture Is Worth a Thousand Jailbreaks",
        abstract="We study how pictures of text pass the filters of assistants that see.",
        authors=tuple(f"Author {letter}" for letter in "ABCDEFGHIJKL"),
        comment="Project page: javascript:alert(1) and https://user:secret@evil.example/; code at "
        "https://anonymous.4open.science/r/pictures",
        sections=("safety-attack",),
        decided_at=_after(44),
    ),
    make_approved(
        "2603.06555",
        title="Scent as a Modality",
        abstract="",
        authors=(),
        sections=("generation-scent",),
        decided_at=_after(50),
    ),
)


def _day(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


#: the same week with everything else that an issue has
FULL: dict[str, Any] = {
    "withdrawn": (make_approved("2603.07001", title="Gone *Again*"),),
    "corrections": (
        make_correction("2602.00011", kinds=("retracted",), title="A Paper of February"),
        make_correction("2602.00012", kinds=("taken_back",), issue="2026-W09"),
        make_correction(
            "2602.00013", kinds=("restored", "retitled"), former_title="An _Older_ Name"
        ),
        make_correction(
            "2602.00014",
            kinds=("moved",),
            former_sections=("editing-image",),
            sections=("editing-audio", "agents"),
        ),
        make_correction(
            "2602.00015", kinds=("published",), venue=Venue(VenueKind.ACCEPTED, "CVPR 2026")
        ),
    ),
    "before": tuple(
        make_approved(
            f"2602.1{n:04}",
            title=f"Earlier Paper {n}",
            abstract="We describe a slow painter.",
            sections=("generation-image-llm-based", "editing-image")[n % 2 :],
            decided_at=MONDAY - timedelta(days=3 * n + 1),
        )
        for n in range(17)
    ),
    "dates": {
        "2603.04101": VersionDates(_day(3, 12), {1: _day(3, 12)}),
        "2603.05641": VersionDates(_day(2, 2), {1: _day(2, 2), 2: _day(3, 15)}),
        "2603.06400": VersionDates(_day(3, 16), {1: _day(3, 16)}),
    },
    "highlights": {
        "2603.06400": (Highlight("2603.06400", "ada", "Read the appendix first.", MONDAY),)
    },
    "made": Made(
        announced=1630,
        reviewed=14,
        approved=10,
        rejected=3,
        deferred=1,
        reasons=(("no-language", 2), ("", 1)),
        in_scope=10,
        waiting=4786,
        days=(
            (date(2026, 3, 16), LedgerStatus.COMPLETE),
            (date(2026, 3, 17), LedgerStatus.UNKNOWN),
            (date(2026, 3, 18), LedgerStatus.COMPLETE),
            (date(2026, 3, 21), LedgerStatus.QUIET),
        ),
    ),
    "previous": "2026-W11",
    "edits": IssueEdits("2026-W12", notes={"2603.06010": "Listen to the samples."}),
    "colophon": Colophon(
        editor="Ada Vole",
        list_url="https://survey.example/list",
        suggest_url="https://survey.example/suggest",
        base_url="https://survey.example/digests",
    ),
}
