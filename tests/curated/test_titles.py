import gzip
import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curated.parse import read_list
from pipeline.curated.plan import entries_by_id
from pipeline.curated.titles import normalize_title, title_similarity, titles_agree


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("A Title,  with\nPunctuation!", "a title with punctuation"),
        (r"[CVPR 2024] [Name] M$^3$Gen: A {\"U}ber-Model", "m 3 gen a uber model"),
        ("Übermodel \u2013 \ufb01ne", "ubermodel fine"),
        ("VBench++", "vbench plus plus"),
        ("Any-to-Any Large Language Models", "any to any llms"),
        ("[ALL OF IT IN BRACKETS]", "all of it in brackets"),
        ("图像生成", "图像生成"),
    ],
)
def test_only_words_are_compared(title: str, words: str) -> None:
    assert normalize_title(title) == words


@pytest.mark.parametrize(
    ("listed", "at_arxiv"),
    [
        ("Lantern: guiding image drawing", "LANTERN: Guiding Image Drawing."),
        ("[ICLR 2025] Lantern: Guiding Image Drawing", "Lantern: Guiding Image Drawing"),
        ("Guiding Image Drawing with Plans", "Lantern: Guiding Image Drawing with Plans"),
        ("Lantern: Guiding Image Drawing with Plans", "Guiding Image Drawing with Plans"),
        ("Friends in Hugging Face, as Tools", "Friends in Huggingface as tools"),
        ("Talk: Any-to-Any LLM", "Talk: Any-to-Any Large Language Model"),
        (
            "Scales: Dynamic Balance of Realism and Composition Improves Text-to-Image Diffusion",
            "Scales: Balancing Realism and Composition Improves Text-to-Image Diffusion",
        ),
        ("Généralités sur la 3-D", r"G\'en\'eralit\'es sur la $3$D"),
    ],
)
def test_reworded_titles_agree(listed: str, at_arxiv: str) -> None:
    assert titles_agree(listed, at_arxiv)
    assert titles_agree(at_arxiv, listed)


@pytest.mark.parametrize(
    ("listed", "at_arxiv"),
    [
        ("Lantern: Guiding Image Drawing", "Canvas: A Data Set of Sounds"),
        # One name, two papers: curators confuse their IDs.
        (
            "SteerVideo: Adding Control for One Shot Video Editing",
            "SteerVideo: Training-free Controllable Text-to-Video Generation",
        ),
        # Two names before nearly the same words.
        (
            "VideoBlend: Decomposed Diffusion Models for High-Quality Video Generation",
            "VideoForge1: Open Diffusion Models for High-Quality Video Generation",
        ),
        ("VideoForge1: Open Diffusion Models", "VideoForge++: Open Diffusion Models"),
        ("A Title", ""),
    ],
)
def test_similar_titles_of_different_papers_disagree(listed: str, at_arxiv: str) -> None:
    assert not titles_agree(listed, at_arxiv)
    assert not titles_agree(at_arxiv, listed)


@given(st.text(max_size=60), st.text(max_size=60))
def test_title_agreement_is_symmetric(one: str, other: str) -> None:
    assert titles_agree(one, other) == titles_agree(other, one)
    assert title_similarity(one, other) == title_similarity(other, one)


def test_known_pairs_of_the_real_list_are_decided_right(shared_data: Path) -> None:
    lines = (shared_data / "seed_abstracts.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    right = {row["arxiv_id"]: row["title"] for row in rows if row["id_matches_title"] == "yes"}
    known = [row for row in rows if row["arxiv_id"] in right and row["id_matches_title"]]

    judged = [
        (row["id_matches_title"], titles_agree(row["title"], right[row["arxiv_id"]]))
        for row in known
    ]

    assert judged.count(("yes", True)) == 356
    assert judged.count(("no", False)) == 9
    assert len(judged) == 365


def test_real_list_leaves_a_margin_around_the_threshold(shared_data: Path) -> None:
    by_id = entries_by_id(read_list(shared_data / "curated-list.md"))
    pairs = {
        (one, other): title_similarity(one, other)
        for entries in by_id.values()
        for one, other in combinations(dict.fromkeys(entry.title for entry in entries), 2)
    }

    agreeing = {pair for pair in pairs if titles_agree(*pair)}

    assert len(agreeing) == 3
    assert min(pairs[pair] for pair in agreeing) > 0.8
    assert max(score for pair, score in pairs.items() if pair not in agreeing) < 0.6


@pytest.mark.slow
def test_few_papers_of_a_month_are_confused(shared_data: Path) -> None:
    listed = [entry.title for entry in read_list(shared_data / "curated-list.md").entries][::8]
    with gzip.open(shared_data / "stream" / "2025-12.jsonl.gz", "rt") as lines:
        titles = [json.loads(line)["title"] for line in lines][::3]

    mistaken = [
        (one, other)
        for one in listed
        for other in titles
        if _near(one, other) and titles_agree(one, other)
    ]

    assert len(listed) * len(titles) > 50_000
    assert len(mistaken) <= 1


def _near(one: str, other: str) -> bool:
    """Skip the slow comparison of titles that share few words."""
    words, others = set(normalize_title(one).split()), set(normalize_title(other).split())
    return len(words & others) * 4 >= len(words) + len(others)
