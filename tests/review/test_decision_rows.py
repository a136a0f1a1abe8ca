"""Decisions from other tools: tables, JSON arrays, and what cannot be read."""

from pathlib import Path

import pytest

from config.errors import UsageError
from config.taxonomy import Taxonomy
from pipeline.review.decide_file import BulkReport, decide_from_file
from pipeline.review.decision_rows import read_rows
from storage.store import OpenStore
from storage.types import Verdict
from tests.review.conftest import IDS
from tests.support.review import START

LLM, OTHER = "generation-image-llm-based", "generation-image-non-llm-based"


def decide(
    open_store: OpenStore, taxonomy: Taxonomy, path: Path, content: str | bytes
) -> BulkReport:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return decide_from_file(open_store, taxonomy, path, reviewer="ada", clock=lambda: START)


TABLES = {
    "commas": "arxiv_id,verdict,sections\n2603.00001,approve,agents\n2603.00002,reject,\n",
    "semicolons": "arxiv_id;verdict;sections\n2603.00001;approve;agents\n2603.00002;reject;\n",
    "tabs": "arxiv_id\tverdict\tsections\n2603.00001\tapprove\tagents\n2603.00002\treject\t\n",
    "other order": "Sections,Decision,arXiv ID\nagents,Approved,2603.00001\n,rejected,2603.00002\n",
    "mark and CRLF": "\ufeffID,Verdict,Section\r\n2603.00001,accept,agents\r\n"
    "2603.00002,exclude,\r\n",
    "quotes": '"arxiv_id","verdict","sections"\n"2603.00001","approve","agents"\n'
    '"2603.00002","reject",""\n',
    "links": "url,included,topic\nhttps://arxiv.org/abs/2603.00001v2,1,agents\n"
    "arXiv:2603.00002,0,\n",
    "spreadsheet": 'sep=;\nid;verdict;sections\n"=""2603.00001""";approve;agents\n'
    "'2603.00002;reject;\n",
    "short rows": "arxiv_id,verdict,sections\n2603.00001,approve,agents\n2603.00002,reject\n",
    "array": '[{"arxiv_id": "2603.00001", "verdict": "approve", "sections": ["agents"]},\n'
    ' {"arxiv_id": "2603.00002", "verdict": "reject"}]\n',
    "array in one line": '[{"arxiv_id": "2603.00001", "verdict": "approve", "sections": '
    '["agents"]}, {"arxiv_id": "2603.00002", "verdict": "reject"}]',
    "objects over lines": '{\n "arxiv_id": "2603.00001",\n "verdict": "approve",\n "sections": '
    '["agents"]\n}\n{"arxiv_id": "2603.00002",\n "verdict": "reject"}\n',
}


@pytest.mark.parametrize("form", TABLES)
def test_every_form_records_the_same_decisions(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, form: str
) -> None:
    report = decide(open_store, taxonomy, tmp_path / "d.csv", TABLES[form])
    assert (report.recorded, report.refused) == (2, ())
    with open_store() as store:
        standing = store.decisions.standing(IDS)
    assert (standing[IDS[0]].verdict, standing[IDS[0]].sections) == (
        Verdict.APPROVED,
        ("agents",),
    )
    assert standing[IDS[1]].verdict is Verdict.REJECTED


def test_quoted_cells_keep_separators_and_lines(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    text = (
        'arxiv_id,verdict,note\n2603.00001,reject,"a, ""b""\nand c"\n\n2603.00002,reject,d\n9,x,\n'
    )
    report = decide(open_store, taxonomy, tmp_path / "d.csv", text)
    assert [(each.line) for each in report.refused] == [6]
    with open_store() as store:
        assert store.decisions.standing(IDS)[IDS[0]].note == 'a, "b"\nand c'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("agents", ("agents",)),
        (LLM, (LLM,)),
        (LLM.upper(), (LLM,)),
        ("Multimodal Generation > Image Generation > LLM-based", (LLM,)),
        ("📍 multimodal generation / image generation / 🔅 **LLM-based**", (LLM,)),
        ("Image Generation > LLM based", (LLM,)),
        ("Image generation, LLM-based", (LLM,)),
        ("\u56fe\u50cf\u751f\u6210\uff08\u57fa\u4e8e\u5927\u8bed\u8a00\u6a21\u578b\uff09", (LLM,)),
        (f"{LLM}; {OTHER}", (LLM, OTHER)),
        (f"{LLM}|{OTHER}", (LLM, OTHER)),
        (f"{LLM}, {OTHER}", (LLM, OTHER)),
        (f'["{LLM}", "{OTHER}"]', (LLM, OTHER)),
        ("Image generation, LLM-based; Image generation, non-LLM-based (CLIP/T5)", (LLM, OTHER)),
    ],
)
def test_sections_are_found_by_id_name_heading_and_path(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    tmp_path: Path,
    written: str,
    expected: tuple[str, ...],
) -> None:
    cell = written.replace('"', '""')
    text = f'arxiv_id,verdict,sections\n2603.00001,approve,"{cell}"\n'
    report = decide(open_store, taxonomy, tmp_path / "d.csv", text)
    assert report.refused == ()
    with open_store() as store:
        assert store.decisions.standing(IDS)[IDS[0]].sections == expected


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Image Generation", ("names 3 sections", LLM, OTHER, "whole path")),
        ("LLM-based", ("sections: generation-image-llm-based",)),
        ("Image generaton, LLM-based", ("no section", f"Did you mean {LLM}")),
    ],
)
def test_unclear_sections_list_the_candidates(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, written: str, said: tuple[str, ...]
) -> None:
    text = f'arxiv_id,verdict,sections\n2603.00001,approve,"{written}"\n'
    [refused] = decide(open_store, taxonomy, tmp_path / "d.csv", text).refused
    for words in said:
        assert words in refused.reason


def test_columns_that_say_nothing_are_named(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    text = "title,arxiv_id,verdict,abstract,id\nA,2603.00001,reject,B,7\n"
    report = decide(open_store, taxonomy, tmp_path / "d.csv", text)
    assert (report.recorded, report.ignored) == (1, ("title", "abstract", "id"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n", "line 1 names no column arxiv_id and verdict"),
        ("arxiv_id,sections\n2603.00001,agents\n", "names no column verdict"),
        ("2603.00001,approve,agents\n", "names no column arxiv_id and verdict"),
        ("paper\n", "names no column verdict"),
        ('arxiv_id,verdict\n2603.00001,"reject\n2603.00002,reject\n', "begins in line 2"),
        ('[{"arxiv_id": "2603.00001",\n "verdict" "reject"}]', "at line 2, column 12"),
        ('[{"arxiv_id": "2603.00001", "verdict": "reject"}', "the array does not end at line 1"),
        ('[{"arxiv_id": "2603.00001", "verdict": "reject"}]\nmore', "text after the array"),
        ("[" * 100_000, "nested too deeply"),
        (f'[{{"arxiv_id":\n{"9" * 5_000}}}]', "exceeds the limit (4300 digits)"),
        ("arxiv_id,verdict\n".encode("utf-16"), "not UTF-8 but UTF-16"),
        ("arxiv_id,verdict\n".encode("utf-16-le"), "zero bytes, as UTF-16 has"),
        (b"PK\x03\x04\xff\xff", "save it as CSV"),
        (b"arxiv_id,verdict,note\n2603.00001,reject,na\xefve\n", "0xef at line 2, byte 21"),
    ],
)
def test_a_file_that_cannot_be_read_records_nothing_and_says_where(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, content: str | bytes, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        decide(open_store, taxonomy, tmp_path / "d.csv", content)
    assert said in str(caught.value)
    assert str(caught.value).count("d.csv") == 1
    with open_store() as store:
        assert store.decisions.count() == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2512.1133,reject,", "a spreadsheet may have dropped a zero. Write 2512.11330"),
        ("2603.00001,perhaps so,", "'perhaps so' is not a verdict"),
        ("2603.00001,reject,,one,too many", "5 cells, but the first row names 3 columns"),
    ],
)
def test_bad_rows_are_refused_with_their_line(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, row: str, said: str
) -> None:
    text = f"arxiv_id,verdict,sections\n2603.00002,reject,\n{row}\n"
    report = decide(open_store, taxonomy, tmp_path / "d.csv", text)
    assert report.recorded == 1
    [refused] = report.refused
    assert refused.line == 3
    assert said in refused.reason


def test_empty_file_has_no_rows() -> None:
    assert read_rows("\n \n", "d.csv").rows == ()


@pytest.mark.parametrize("content", ["x" * 200_000, "x," * 200_000, "a\rb"])
def test_first_line_that_is_no_row_of_a_table_is_one_sentence(content: str) -> None:
    with pytest.raises(UsageError):
        read_rows(content, "d.csv")


def test_wide_table_is_read_by_its_first_columns() -> None:
    heads = "arxiv_id,verdict," + "," * 200_000
    [row] = read_rows(f"{heads}\n2603.00001,reject\n", "d.csv").rows
    assert row.values == {"arxiv_id": "2603.00001", "verdict": "reject"}
