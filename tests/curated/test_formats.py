"""Lists in BibTeX and CSV, and files that are none."""

import codecs
from datetime import date
from pathlib import Path

import pytest

from pipeline.curated.formats.kinds import Format, format_of
from pipeline.curated.formats.read import open_list, read_files
from pipeline.curated.types import CuratedList, CuratedListError, Entry, ListFile

BIBTEX = """\
% our papers
@string{rivers = "Journal of Paper Rivers"}
@comment{jabref-meta: groups}

@article{vole2024,
  title = {{Copper Kettles} Dream of Steam},
  author = {Vole, Ada and Bo Finch and others},
  eprint = {2403.90001}, archivePrefix = "arXiv",
  year = 2024, month = mar,
  keywords = {odd, kettles},
}
@inproceedings(finch, title = "Lanterns That " # "Count Moths", author = {Finch, Jr., Bo},
  journal = {arXiv preprint arXiv:2403.90002}, section = {Lights > Lanterns}, date = {2024-04-02})
@ARTICLE{heron, Title={A Field Guide to {P}aper Rivers}, URL={https://arxiv.org/abs/2403.90003v2},
  journal=rivers, eprint={0012345}, eprinttype={hal}}
@misc{doi, title={Slow Bells for Quick Weather}, doi={10.48550/arXiv.2403.90004}}
@misc{none, title={Do Owls Read Maps?}, url={https://example.org/owls}}
"""


def read(name: str, data: str | bytes) -> CuratedList:
    content = data.encode() if isinstance(data, str) else data
    return read_files([ListFile(name, content)])


def ids(entry: Entry) -> list[str]:
    return [one.base for one in entry.arxiv_ids]


def test_bibtex_items_are_entries() -> None:
    entries = read("a.bib", BIBTEX).entries

    assert [(entry.title, ids(entry)) for entry in entries] == [
        ("Copper Kettles Dream of Steam", ["2403.90001"]),
        ("Lanterns That Count Moths", ["2403.90002"]),
        ("A Field Guide to Paper Rivers", ["2403.90003"]),
        ("Slow Bells for Quick Weather", ["2403.90004"]),
        ("Do Owls Read Maps?", []),
    ]
    first, second, third, *_ = entries
    assert first.authors == ("Ada Vole", "Bo Finch")
    assert (first.date, first.tags) == (date(2024, 3, 1), ("odd", "kettles"))
    assert second.authors == ("Bo Finch Jr.",)
    assert second.headings == ("Lights", "Lanterns")
    assert second.date == date(2024, 4, 2)
    assert third.venue == "Journal of Paper Rivers"
    assert entries[-1].links.paper == "https://example.org/owls"


def test_bibtex_entries_have_lines_and_byte_spans() -> None:
    text = BIBTEX.replace("our papers", "unsere Büchér")
    curated = read("a.bib", text)

    assert [entry.line for entry in curated.entries] == [5, 12, 14, 16, 17]
    for entry in curated.entries:
        start, end = entry.span
        assert text.encode()[start:end].decode().startswith("@")


def test_unclosed_bibtex_item_is_reported_and_the_next_is_read() -> None:
    curated = read("a.bib", "@misc{a, title = {Never closed, year = 2024\n@misc{b, title={B}}\n")

    assert [(one.line, one.reason) for one in curated.unreadable] == [
        (1, "its braces or quotes do not close")
    ]
    assert [entry.title for entry in curated.entries] == ["B"]


def test_bibtex_item_without_title_keeps_its_id() -> None:
    (fault,) = read("a.bib", "@misc{a, eprint = {2403.90001}}").unreadable

    assert fault.reason == "it has no title"
    assert [one.base for one in fault.arxiv_ids] == ["2403.90001"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_table_is_read_in_any_column_order(separator: str, encoding: str) -> None:
    rows = (
        ("Section", "Authors", "Paper Title", "Year", "arXiv ID", "Notes"),
        ("Kettles", '"Ada Vole, Bo Finch"', '"Copper ""Kettles"""', "2024", "2403.90001", "x"),
        ("", "", "", "", "", ""),
        ("Lanterns", "Schrödinger", '"Lanterns\nThat Count"', "2023", "arXiv:2403.90002v2", ""),
        ("Lanterns", "", "Moths", "", "", ""),
    )
    text = "\r\n".join(separator.join(row) for row in rows)
    curated = read("a.csv", text.encode(encoding))

    assert [(entry.title, ids(entry), entry.headings) for entry in curated.entries] == [
        ('Copper "Kettles"', ["2403.90001"], ("Kettles",)),
        ("Lanterns That Count", ["2403.90002"], ("Lanterns",)),
        ("Moths", [], ("Lanterns",)),
    ]
    assert [entry.line for entry in curated.entries] == [2, 4, 6]
    assert curated.entries[0].authors == ("Ada Vole", "Bo Finch")
    assert curated.entries[0].date == date(2024, 1, 1)
    start, end = curated.entries[1].span
    data = text.encode(encoding)
    decoded = data[start:end].decode("utf-16-le" if encoding == "utf-16" else "utf-8")
    assert decoded.startswith("Lanterns")
    assert decoded.endswith("\r\n")


@pytest.mark.parametrize(
    "link",
    [
        "https://arxiv.org/abs/2403.90001",
        "https://huggingface.co/papers/2403.90001",
        "10.48550/arXiv.2403.90001",
    ],
)
def test_id_is_taken_from_a_link_column(link: str) -> None:
    (entry,) = read("a.csv", f"Title,URL\nKettles,{link}\n").entries

    assert ids(entry) == ["2403.90001"]


def test_id_is_taken_from_a_column_of_any_name() -> None:
    (entry,) = read("a.csv", "no,Title,where\n1,Kettles,https://arxiv.org/pdf/2403.90001\n").entries

    assert ids(entry) == ["2403.90001"]


def test_subsections_and_several_sections_are_kept() -> None:
    text = "title,category,subcategory\nA,Kettles,Copper\nB,Kettles; Lanterns,\n"
    one, two = read("a.csv", text).entries

    assert one.headings == ("Kettles", "Copper")
    assert two.tags == ("Kettles; Lanterns", "Kettles", "Lanterns")


def test_table_without_titles_names_its_columns() -> None:
    with pytest.raises(CuratedListError, match=r"No column of a\.csv holds titles.*x, y") as caught:
        read("a.csv", "x,y\n1,2\n")
    assert "title, arxiv_id, section" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("list.yaml", b"- title: A\n", "YAML"),
        ("list.rst", b"List\n====\n", "reStructuredText"),
        ("list.json", b"[]", "JSON"),
        ("list.html", b"<ul></ul>", "HTML"),
        ("list.tex", b"\\section{A}", "LaTeX"),
        ("list.ris", b"TY  - JOUR\n", "RIS"),
        ("list.md", b"<!DOCTYPE html>\n<html>", "HTML"),
        ("list", b'[{"title": "A"}]', "JSON"),
        ("list.md", b"%PDF-1.7", "a PDF"),
        ("list.csv", b"PK\x03\x04", "a ZIP archive"),
    ],
)
def test_other_format_is_named_with_a_remedy(name: str, data: bytes, said: str) -> None:
    with pytest.raises(CuratedListError) as caught:
        format_of(ListFile(name, data))

    assert caught.value.message.startswith(f"{name} is {said}")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("README", b"# A list\n", Format.MARKDOWN),
        ("list.txt", b"- [A](b)\n", Format.MARKDOWN),
        ("list.md", b"[A](https://arxiv.org/abs/2403.90001)\n", Format.MARKDOWN),
        ("list.md", b"<h1>A</h1>\n", Format.MARKDOWN),
        ("list.txt", b"% mine\n\n@article{a, title={B}}", Format.BIBTEX),
        ("list.md", codecs.BOM_UTF8 + b"@misc{a, title={B}}", Format.BIBTEX),
        ("LIST.BIB", b"", Format.BIBTEX),
        ("list.tsv", b"title\n", Format.TABLE),
    ],
)
def test_format_is_told_by_name_and_beginning(name: str, data: bytes, expected: Format) -> None:
    assert format_of(ListFile(name, data)) is expected


def test_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n")

    files = open_list([tmp_path / "a.md", tmp_path, tmp_path / "." / "a.md"])

    assert [file.name for file in files] == [str(tmp_path / "a.md")]


def test_empty_file_among_others_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n")
    (tmp_path / "b.bib").write_text("\n")

    assert read_files(open_list([tmp_path / "a.md", tmp_path / "b.bib"])).entries == ()


def test_quotation_mark_that_does_not_close_is_refused_with_its_line() -> None:
    text = 'title,arxiv_id\nCopper,2403.90001\n"Lanterns,2403.90002\nRivers,2403.90003\n'

    with pytest.raises(CuratedListError, match="line 3: the row cannot be read as CSV"):
        read("a.csv", text)
    assert len(read("a.csv", text.replace('"Lanterns', '"Lan\nterns"')).entries) == 3
    last = 'title,arxiv_id\n"Copper\nKettles",2403.90001'
    assert ids(read("a.csv", last).entries[0]) == ["2403.90001"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    ("name", "text"),
    [("a.md", "- [Kettles](https://arxiv.org/abs/2403.90001)\n"), ("a.bib", BIBTEX)],
    ids=["Markdown", "BibTeX"],
)
def test_encoding_that_would_be_read_as_no_entry_is_refused(
    name: str, text: str, encoding: str
) -> None:
    with pytest.raises(CuratedListError, match=r"is UTF-\d\d.*Save it as UTF-8"):
        read(name, text.encode(encoding))


def test_bibtex_strings_that_double_stay_names() -> None:
    doubled = "".join(f"@string{{s{n + 1} = s{n} # s{n}}}\n" for n in range(60))
    items = "".join(f"@misc{{k{n}, title = s{n}}}\n" for n in range(60))
    read_all = read("a.bib", f'@string{{s0 = "A river of paper"}}\n{doubled}{items}')

    assert read_all.entries[1].title == "A river of paperA river of paper"
    assert max(len(one.words) for one in read_all.entries) < 100
    assert max(len(one.title) for one in read_all.entries) < 1_000


def test_short_names_of_bibtex_make_no_long_values() -> None:
    names = " # ".join(["a"] * 1_000)
    text = f'@string{{a = "{"x" * 300}"}}\n@misc{{k, title = {names}}}\n'

    [entry] = read("a.bib", text).entries

    assert 10_000 < len(entry.title) < 5 * len(text)


def test_large_bibtex_file_is_read_whole() -> None:
    text = "".join(
        f"@misc{{k{n}, title={{Kettle {n}}}, eprint={{2403.{n:05}}}}}\n" for n in range(3000)
    )

    assert len(read("a.bib", text).entries) == 3000


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_bibtex_spans_count_the_byte_order_mark(encoding: str) -> None:
    data = "@misc{a, title={Bälle}, eprint={2403.90001}}\n@misc{b, title={B}}\n".encode(encoding)

    start, end = read("a.bib", data).entries[1].span

    name = encoding.replace("utf-16", "utf-16-le")
    assert data[start:end].decode(name).strip() == "@misc{b, title={B}}"


def test_bibtex_fields_are_shown_without_tex() -> None:
    text = r"@misc{a, title={The K\'arm\'an {B}ells \& Co}, author={V{\"o}le, Ad{\'e}le}}"

    (entry,) = read("a.bib", text).entries

    assert (entry.title, entry.authors) == ("The Kármán Bells & Co", ("Adéle Völe",))


def test_style_of_titles_is_learned_over_all_markdown_files() -> None:
    usual = "\n".join(
        f"- **Copper Kettles of Valley {n} Dream of Steam** [[paper](https://arxiv.org/abs/2403.9{n:04})]"
        for n in range(60)
    )
    short = "- **Sora**, A Remark on Steam in Valleys [[paper](https://arxiv.org/abs/2403.95555)]"
    files = [ListFile("a.md", usual.encode()), ListFile("b.md", short.encode())]

    assert read_files(files).entries[-1].title == "Sora"
    assert read_files(files[1:]).entries[-1].title == "A Remark on Steam in Valleys"
