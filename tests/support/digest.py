"""A small fictional survey and one fictional week of approvals, and a store that holds them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from config.taxonomy import Facet, Label, Section, Taxonomy
from pipeline.ingest.corrections import Correction
from storage.types import ApprovedPaper

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
)


def make_approved(arxiv_id: str = "2603.00001", **overrides: Any) -> ApprovedPaper:
    """Return an approval of ISO week 2026-W12; any field can be overridden."""
    return replace(_APPROVED, arxiv_id=arxiv_id, **overrides)


def make_correction(arxiv_id: str = "2602.00001", **overrides: Any) -> Correction:
    """Return a correction seen in ISO week 2026-W12; any field can be overridden."""
    correction = Correction(
        arxiv_id=arxiv_id,
        title=f"A study of paper {arxiv_id}",
        former_title=None,
        kinds=("withdrawn",),
        comment=None,
        seen_at=MONDAY,
    )
    return replace(correction, **overrides)


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
        comment="12 pages. Project page: https://fictional-lab.github.io/brush/",
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
        comment="Project page: javascript:alert(1) and https://user:secret@evil.example/",
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
