"""BibTeX: what real parsers read back."""

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library

from config.tex.text import without_markup
from pipeline.publish.exports.bibtex import write_bibtex
from pipeline.publish.exports.bibtex_text import escaped, title_field
from tests.support.exports import hostile_records, make_record

_SIGNS = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~",
          "textasciicircum": "^", "textless": "<", "textgreater": ">", "textbar": "|"}  # fmt: skip


def _read(content: bytes) -> Library:
    return parse_string(content.decode())


def _unescaped(field: str) -> str:
    """Return the text of a field; formulas keep their TeX."""
    formulas: list[str] = []

    def keep(found: re.Match[str]) -> str:
        formulas.append(found[1])
        return f"\x01{len(formulas) - 1}\x01"

    text = re.sub(r"\{\$((?:\\.|[^$])*)\$\}", keep, field)
    text = re.sub(r"\{\\(text[a-z]+)\}", lambda found: f"\x02{ord(_SIGNS[found[1]])}\x02", text)
    text = re.sub(r"\\([$%#&_])", lambda found: f"\x02{ord(found[1])}\x02", text)
    assert "\\" not in text
    text = text.replace("{", "").replace("}", "")
    text = re.sub("\x02(\\d+)\x02", lambda found: chr(int(found[1])), text)
    return re.sub("\x01(\\d+)\x01", lambda found: f"${formulas[int(found[1])]}$", text)


def _without_delimiters(text: str) -> str:
    """Return a title without what may delimit a formula, which is written as `$...$`."""
    return re.sub(r"\\[()\[\]$]|\$", "", text)


@pytest.mark.slow
def test_10000_hostile_titles_are_read_back() -> None:
    records = hostile_records(10_000)
    library = _read(write_bibtex(records))
    assert library.failed_blocks == []
    assert [entry.key for entry in library.entries] == [record.key for record in records]
    assert len(library.blocks) == len(records)
    for entry, record in zip(library.entries, records, strict=True):
        title = entry["title"]
        assert title.count("{") == title.count("}")
        wanted = without_markup(record.paper.title) or record.key
        assert _without_delimiters(_unescaped(title)) == _without_delimiters(wanted)


def test_fields_of_a_preprint() -> None:
    [entry] = _read(write_bibtex([make_record(title="A Study of LLMs")])).entries
    assert entry.entry_type == "misc"
    assert entry.key == "arXiv:2603.00001"
    assert {field.key: field.value for field in entry.fields} == {
        "title": "A Study of {LLMs}",
        "author": "Example, Ada and Sample, Bo",
        "year": "2026",
        "month": "mar",
        "eprint": "2603.00001",
        "archivePrefix": "arXiv",
        "primaryClass": "cs.CV",
        "url": "https://arxiv.org/abs/2603.00001",
        "keywords": "generation-image-llm-based",
    }


def test_journal_reference_becomes_an_article() -> None:
    record = make_record(
        journal_ref="Journal of Made-up Results 12 (2027) 34-56", doi="10.1234/abc_d.5 10.9/other"
    )
    [entry] = _read(write_bibtex([record])).entries
    found = {field.key: field.value for field in entry.fields}
    assert entry.entry_type == "article"
    assert found["journal"] == "Journal of Made-up Results"
    assert (found["volume"], found["pages"], found["year"]) == ("12", "34--56", "2027")
    assert found["doi"] == "10.1234/abc_d.5"
    assert found["eprint"] == "2603.00001"
    assert "month" not in found


def test_conference_reference_stays_whole() -> None:
    [entry] = _read(
        write_bibtex([make_record(journal_ref="Proc. of the 9th Odd Conf., 2025")])
    ).entries
    assert entry.entry_type == "inproceedings"
    assert entry["booktitle"] == "Proc. of the 9th Odd Conf., 2025"
    assert entry["year"] == "2025"


def test_withdrawn_paper_is_marked() -> None:
    [entry] = _read(write_bibtex([make_record(withdrawn=True)])).entries
    assert entry["note"] == "Withdrawn at arXiv"
    assert entry["keywords"].endswith(", withdrawn")


def test_key_depends_on_the_id_only() -> None:
    records = hostile_records(50)
    whole = [entry.key for entry in _read(write_bibtex(records)).entries]
    for record in random.Random(1).sample(records, 10):
        [entry] = _read(write_bibtex([record])).entries
        assert entry.key in whole
    renamed = make_record(
        title="Other", authors=("Someone Else",), journal_ref="Odd Letters 1 (2020)"
    )
    assert _read(write_bibtex([renamed])).entries[0].key == make_record().key


def test_builds_have_equal_bytes() -> None:
    records = hostile_records(300)
    assert write_bibtex(records) == write_bibtex(hostile_records(300))


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Drawing with GPT-4o and StyleGAN", "Drawing with {GPT}-4o and {StyleGAN}"),
        ("A plan B for 3D", "A plan {B} for {3D}"),
        ("Q&A: A study", "{Q}\\&{A}: A study"),
        ("Fr\\'echet distances of $L_2$ & more", "Fréchet distances of {$L_2$} \\& more"),
        ("Costs $5", "Costs \\$5"),
        ("Half {open", "Half {\\textbraceleft}open"),
        ("Closed} $x}$", "Closed{\\textbraceright} \\$x{\\textbraceright}\\$"),
        (
            "$\\input{secret}$",
            "\\${\\textbackslash}input{\\textbraceleft}secret{\\textbraceright}\\$",
        ),
        ("\\[E = mc^2\\]", "{$E = mc^2$}"),
    ],
)
def test_title_field(title: str, field: str) -> None:
    assert title_field(title) == field


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (("Ludwig van der Berg",), "van der Berg, Ludwig"),
        (("Luc Van Gool",), "Van Gool, Luc"),
        (("Hoang Van Nguyen",), "Nguyen, Hoang Van"),
        (("Jos\\'e Garc\\'ia y L\\'opez",), "{García y López}, José"),
        (("Bo Sample Jr.",), "Sample, Jr., Bo"),
        (("Sample, Bo",), "Sample, Bo"),
        (("王小明", "Ada Example"), "{王小明} and Example, Ada"),
        (("Odd Machines Collaboration",), "{Odd Machines Collaboration}"),
        (("Teapots and Kettles Team",), "{Teapots and Kettles Team}"),
        (("Ada Example", "et al."), "Example, Ada and others"),
        (("Ada Half{open",), "Half{\\textbraceleft}open, Ada"),
    ],
)
def test_author_field(names: tuple[str, ...], field: str) -> None:
    [entry] = _read(write_bibtex([make_record(authors=names)])).entries
    assert entry["author"] == field


def test_escaped_text_is_one_balanced_line() -> None:
    assert (
        escaped("50% of\n{x}_1 #2\x00") == "50\\% of {\\textbraceleft}x{\\textbraceright}\\_1 \\#2"
    )


@pytest.mark.skipif(not shutil.which("biber"), reason="biber is not installed")
def test_biber_reads_hostile_titles(tmp_path: Path) -> None:
    records = hostile_records(10_000)
    (tmp_path / "hostile.bib").write_bytes(write_bibtex(records))
    done = subprocess.run(
        ["biber", "--tool", "--validate-datamodel", "hostile.bib"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert "ERROR" not in done.stdout
    read = (tmp_path / "hostile_bibertool.bib").read_text(encoding="utf-8")
    assert read.lower().count("\n  eprint") == len(records)
