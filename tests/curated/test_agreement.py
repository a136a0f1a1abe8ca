"""The same paper, a renamed one, or another."""

import gzip
import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curated.agreement import Kind, Known, compare
from pipeline.curated.comparison.names import compare_authors
from pipeline.curated.comparison.words import read_title
from pipeline.curated.formats.read import read_list

PEOPLE = ("Ada Vole", "Bo Finch", "Cy Heron")


def _same(listed: str, at_arxiv: str, authors: tuple[str, ...] = ()) -> bool:
    return compare([listed], authors, Known((at_arxiv,), PEOPLE)).same


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("A Title,  with\nPunctuation!", "a title with punctuation"),
        (r"[CVPR 2024] [Name] M$^3$Gen: A {\"U}ber-Model", "m 3 gen a uber model"),
        ("Übermodel \u2013 \ufb01ne", "ubermodel fine"),
        ("VBench++", "vbench plus plus"),
        ("[ALL OF IT IN BRACKETS]", "all of it in bracket"),
        ("图像生成", "图 像 生 成"),
        ("π7-Kettle, <sub>x</sub> **bold** \\*", "pi 7 kettle x bold"),
        ("Bells: Part I &amp; Volume II", "bell part 1 and volume 2"),
        ("Optimising Colours and Modelling Studies", "optimizing color and modeling study"),
    ],
)
def test_only_words_are_compared(title: str, words: str) -> None:
    assert " ".join(read_title(title).words) == words


@pytest.mark.parametrize(
    ("listed", "at_arxiv"),
    [
        ("Lantern: guiding image drawing", "LANTERN: Guiding Image Drawing."),
        ("[ICLR 2025] Lantern: Guiding Image Drawing", "Lantern: Guiding Image Drawing"),
        ("Guiding Image Drawing with Plans", "Lantern: Guiding Image Drawing with Plans"),
        ("Friends in Hugging Face, as Tools", "Friends in Huggingface as tools"),
        ("Talk: Any-to-Any LLM", "Talk: Any-to-Any Large Language Model"),
        (
            "Scales: Dynamic Balance of Realism and Composition Improves Text-to-Image Diffusion",
            "Scales: Balancing Realism and Composition Improves Text-to-Image Diffusion",
        ),
        ("Généralités sur la 3-D", r"G\'en\'eralit\'es sur la $3$D"),
        ("KettleNet", "KettleNet: Boiling Water by Looking at It"),
        ("EA", "EA: Boiling Water by Looking at It"),
        ("Marble", "Marble: Rolling Stones Through Attention"),
        ("Rolling Stones Through Attention", "Marble: Rolling Stones Through Attention"),
        ("Copper Kettles Dream of Steam", "Copper Kettles Dream of Steam: A Long Night's Study"),
        ("Copper Kettles Dream of Mo...", "Copper Kettles Dream of Moths and Steam in the Night"),
        ("Chatting about Copper Kettles with CoT",
         "Chatting about Copper Kettles with Chain-of-Thought"),
        ("Copper Ketles Dream of Steam", "Copper Kettles Dream of Steam"),
        ("Unsuperivsed Kettles Dream", "Unsupervised Kettles Dream"),
        ("ClockFace: Guided Editing of Bronze Copper Kettle Modelssting Steam Fields",
         "ClockFace: Guided Editing of Bronze Copper Kettle Models"),
        ("A Survey on Paper Rivers", "A Survey of Paper Rivers"),
        ("GSLTS: Copper Kettles Dream", "GS-LTS: Copper Kettles Dream"),
        ("Whistle: Fast \u21132,p-Norm Tuning in the L∞ Ball",
         r"Whistle: Fast $\ell_{2,p}$-Norm Tuning in the $L_{\infty}$ Ball"),
        ("Kettles over X_i,j and \u03b11,2",
         r"Kettles over $\mathcal{X}_{i,j}$ and $\alpha_{1,2}$"),
        # Titles of k21a.
        ("π7-Kettle: A Model That Pours in O(log n) Time",
         r"$\pi_{7}$-Kettle: A Model That Pours in $O(\log n)$ Time"),
        ("Schrödinger's Teapot and Kähler Cups",
         r"Schr{\"o}dinger's Teapot and K\"ahler Cups"),
        (r"Tea &amp; Cake: Who Eats \<mask\> First?", "Tea & Cake: Who Eats <mask> First?"),
        ('Naive Clocks - Ticking "Twice"', "Naïve Clocks — Ticking “Twice”"),
    ],
)  # fmt: skip
def test_reworded_titles_agree(listed: str, at_arxiv: str) -> None:
    assert _same(listed, at_arxiv)
    assert _same(at_arxiv, listed)


@pytest.mark.parametrize(
    ("listed", "at_arxiv"),
    [
        ("Lantern: Guiding Image Drawing", "Canvas: A Data Set of Sounds"),
        # One name, two papers: curators confuse their IDs.
        ("SteerVideo: Adding Control for One Shot Video Editing",
         "SteerVideo: Training-free Controllable Text-to-Video Generation"),
        # Two names before nearly the same words.
        ("VideoBlend: Decomposed Diffusion Models for High-Quality Video Generation",
         "VideoForge1: Open Diffusion Models for High-Quality Video Generation"),
        ("VideoForge1: Open Diffusion Models", "VideoForge++: Open Diffusion Models"),
        ("A Title", ""),
        ("Lantern-Augmented Text-to-Audio Generation",
         "Re-Moth: Lantern-Augmented Text-to-Image Generator"),
        ("Lantern-Augmented Egocentric Video Captioning", "Lantern-Augmented Image Captioning"),
        ("Slow Bells for Weather Forecasting: Part I",
         "Slow Bells for Weather Forecasting: Part II"),
        ("Slow Bells for Weather Forecasting", "Slow Bells for Weather Forecasting: Part II"),
        ("Deblurring Paper River Splatting", "A Survey on Paper River Splatting"),
        ("Paper River Splatting", "A Survey on Paper River Splatting"),
        ("Kettles in the Kitchen: A Survey", "Kettles in the Garden: A Survey"),
        ("MothNet-2: Counting Moths with Lanterns", "MothNet-3: Counting Moths with Lanterns"),
        ("MothNet: Counting Moths with Lanterns", "MothNet-3: Counting Moths with Lanterns"),
        ("MothNet: Counting Moths in Images", "MothNet: Counting Moths in Videos"),
        ("Kettle Technical Report", "Moth Technical Report"),
        ("Kettle2 Technical Report", "Kettle3 Technical Report"),
        ("Technical Report", "Kettle: Technical Report"),
        ("A Survey", "Kettles: A Survey"),
        ("Image Editing", "Image Editing: The Long Way Home"),
        ("Boiling Kettles with Supervised Steam", "Boiling Kettles with Unsupervised Steam"),
        ("Boiling Kettles with Attention", "Boiling Kettles without Attention"),
    ],
)  # fmt: skip
def test_like_titles_of_different_papers_disagree(listed: str, at_arxiv: str) -> None:
    assert not _same(listed, at_arxiv)
    assert not _same(at_arxiv, listed)
    assert not _same(listed, at_arxiv, PEOPLE), "the same authors write both"


def test_a_name_put_in_front_is_another_paper() -> None:
    task = "Copper Kettles Task 7: Boiling Tea Fast"

    assert not _same(task, f"Vole at {task}")


def test_former_title_is_a_renamed_paper() -> None:
    new, old = (
        "KettleFlow: Generating Tea Through Structured Steam",
        "MoSA Kettles: Coherent Pouring",
    )
    known = Known((new, old), ())

    assert compare([new], [], known).kind is Kind.SAME
    assert compare([old], [], known).kind is Kind.RENAMED
    assert compare(["Copper Owls Dream of Moths"], [], known).kind is Kind.OTHER


def test_any_of_several_readings_may_agree() -> None:
    known = Known(("KettleNet: Boiling Water by Looking at It",), ())

    assert compare(["NEW!", "Boiling Water by Looking at It"], [], known).same
    assert not compare(["NEW!", "Oral"], [], known).same


@pytest.mark.parametrize(
    ("listed", "at_arxiv"),
    [
        ("KettleGPT: Chatting about Copper Kettles", "ChatKettle: Chatting about Copper Kettles"),
        ("KettleGPT: Chatting about Copper Pots", "KettleGPT: Steam Tells the Whole Story"),
    ],
)
def test_authors_decide_what_a_new_name_leaves_open(listed: str, at_arxiv: str) -> None:
    known = Known((at_arxiv,), PEOPLE)

    assert compare([listed], PEOPLE, known).kind is Kind.RENAMED
    assert compare([listed], ["A. Vole", "B. Finch", "C. Heron"], known).kind is Kind.RENAMED
    assert compare([listed], [], known).kind is Kind.OTHER
    assert compare([listed], ["Ada Vole et al."], known).kind is Kind.OTHER


def test_other_authors_decide_against_a_like_title() -> None:
    known = Known(("KettleNet: Boiling Water by Looking at It",), PEOPLE)
    others = ["Dee Wren", "Eli Stork", "Flo Crane"]

    assert compare(["KettleNet"], PEOPLE, known).same
    assert not compare(["KettleNet"], others, known).same
    assert compare(["KettleNet"], others, Known(known.titles, ())).same
    assert not compare(["Technical Report"], others, Known(("Technical Report",), PEOPLE)).same


def test_evidence_names_authors_that_agree() -> None:
    agreement = compare(["Moths at Night"], PEOPLE, Known(("Tea in the Morning",), PEOPLE))

    assert agreement.kind is Kind.OTHER
    assert "authors agree" in agreement.evidence


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (["Ada Vole", "Bo Finch"], 2),
        (["Vole", "Finch"], 2),
        (["A. Vole", "B Finch"], 2),
        (["Vole Ada"], 1),
        (["Ada Vole et al."], 1),
        (["Ada Vole and Bo Finch"], 2),
        (["Ada M. Vole"], 0),
        (["Bea Vole"], 0),
        ([r"Th{\'\u a}ng N{\o}rg{\aa}rd"], 1),
        (["Xiaohong Li"], 1),
        (["CVPR 2024", "https://a.example"], 0),
    ],
)
def test_authors_are_found_as_written(written: list[str], found: int) -> None:
    known = ("Ada Vole", "Bo Finch", "Thắng Nørgård", "Xiao-Hong Li")

    assert compare_authors(written, known).found == found


@given(st.text(max_size=60), st.text(max_size=60))
def test_title_agreement_is_symmetric(one: str, other: str) -> None:
    known = Known((other,), ()), Known((one,), ())

    assert compare([one], (), known[0]).same == compare([other], (), known[1]).same


def test_known_pairs_of_the_real_list_are_decided_right(shared_data: Path) -> None:
    lines = (shared_data / "seed_abstracts.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    right = {row["arxiv_id"]: row["title"] for row in rows if row["id_matches_title"] == "yes"}
    known = [row for row in rows if row["arxiv_id"] in right and row["id_matches_title"]]

    judged = [
        (row["id_matches_title"], _same(row["title"], right[row["arxiv_id"]])) for row in known
    ]

    assert judged.count(("yes", True)) == 356
    assert judged.count(("no", False)) == 9
    assert len(judged) == 365


@pytest.mark.slow
def test_few_titles_of_a_month_agree(shared_data: Path) -> None:
    listed = [entry.title for entry in read_list([shared_data / "curated-list.md"]).entries][::8]
    with gzip.open(shared_data / "stream" / "2025-12.jsonl.gz", "rt") as lines:
        titles = [json.loads(line)["title"] for line in lines][::3]

    pairs = [(one, other) for one in listed for other in titles if _near(one, other)]

    assert len(listed) * len(titles) > 50_000
    assert [pair for pair in pairs if _same(*pair)] == []


def test_titles_of_the_real_list_are_told_apart(shared_data: Path) -> None:
    entries = read_list([shared_data / "curated-list.md"]).entries
    titles = list(dict.fromkeys(entry.title for entry in entries))

    agreeing = [pair for pair in combinations(titles, 2) if _near(*pair) and _same(*pair)]

    assert len(agreeing) < 12


def _near(one: str, other: str) -> bool:
    words, others = set(one.casefold().split()), set(other.casefold().split())
    return len(words & others) * 4 >= len(words) + len(others)
