"""Fields as authors typed them: accents, white space, names, dates, categories."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.tex import accents
from config.tex.accents import decode_accents
from pipeline.ingest.sources.fields import text as white_space
from pipeline.ingest.sources.fields.authors import split_authors
from pipeline.ingest.sources.fields.categories import (
    canonical_categories,
    canonical_category,
    looks_like_category,
)
from pipeline.ingest.sources.fields.dates import parse_iso, parse_rfc2822
from pipeline.ingest.sources.fields.text import paragraphs, plain_line, says_withdrawn

TEX = st.text(alphabet="\\{}$'\"`^~=.uvcHkrdbioOlLsn ABz&()", max_size=60)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (r"Andr\'e", "André"),
        (r"Andr\'{e} and Andr{\'e}", "André and André"),
        (r"S{\o}ren, S\o ren, S\o{}ren", "Søren, Søren, Søren"),
        (r"\v{Z}itkovi\'c, {\v Z}, \v Z", "Žitković, Ž, Ž"),
        (r"Fran\c{c}ois, Fran\c cois", "François, François"),
        (r"na\"\i ve, na\"{\i}ve, \'{\i}", "naïve, naïve, í"),
        (r"Stra\ss e, {\ss}, \L{}ukasz, {\AA}ngstr\"om", "Straße, ß, Łukasz, Ångström"),
        (r"Erd\H{o}s, \k{a}, \u{g}, \r{u}, \=a, \.z, \d{s}", "Erdős, ą, ğ, ů, ā, ż, ṣ"),
        (r"P\\'al, doubled by a dump", "Pál, doubled by a dump"),
        (r"Nguy{\~\^e}n Xu{\^a}n Th{\'\u a}ng", "Nguyễn Xuân Thắng"),
        (r"Nguy\~{\^e}n Thi, Ph\'{u}c H\`{\^o}", "Nguyễn Thi, Phúc Hồ"),
        (r"\'{\^{e}}, {\'{\u a}}, \d{\^o}, {\^{\d o}}, \~ê", "ế, ắ, ộ, ộ, ễ"),
        (r"Bena\"\i{}m, \h{a}, \v{\i}", "Benaïm, ả, ǐ"),
        (r"S\'anchez-Mu\~noz", "Sánchez-Muñoz"),
        (r"$\'e$ and \'e and $$\"o$$", r"$\'e$ and é and $$\"o$$"),
        (r"costs \$5 or \'e", r"costs \$5 or é"),
        (r"only one $ and \'e", "only one $ and é"),
        (r"\textit{x} \emph{y} \cite{z} \begin \bar{x} \cdot \in \ldots \url{u}", None),
        (r"\alpha \leq \omega \Lambda \sum \log \circ \theta", None),
        ("no accents at all, 100% {sure}", None),
    ],
)
def test_accents_become_unicode_and_commands_are_kept(typed: str, read: str | None) -> None:
    assert decode_accents(typed) == (typed if read is None else read)


@given(TEX)
def test_conversion_never_fails_and_keeps_formulas(typed: str) -> None:
    assert isinstance(decode_accents(typed), str)
    inner = typed.replace("$", "")
    assert f"${inner}x$" in decode_accents(f"a ${inner}x$ b") or inner.endswith("\\")


@given(TEX)
def test_author_lines_never_fail_and_lose_only_marks(typed: str) -> None:
    names = split_authors(typed)
    assert all(name and name == " ".join(name.split()) for name in names)
    assert not any(sign in name for name in names for sign in "()")


@given(
    st.lists(st.sampled_from(["Ada Example", "Bo S. Sample", "Li Na", "Jan de Vries"]), min_size=1)
)
def test_names_joined_by_commas_are_split(names: list[str]) -> None:
    assert list(split_authors(", ".join(names))) == names
    assert list(split_authors(" and ".join(names))) == names
    assert list(split_authors(", ".join(f"{name} (X, Y and Z)" for name in names))) == names


def test_title_is_one_line() -> None:
    assert plain_line("  Density of\n  states\t\tin {GaN}  ") == "Density of states in {GaN}"


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("  One line.", "One line."),
        ("  Wrapped\nlines are\njoined.\n", "Wrapped lines are joined."),
        ("  First.\n  Second,\nwrapped.", "First.\nSecond, wrapped."),
        ("First.\n\nSecond.\n \n  Third.", "First.\nSecond.\nThird."),
        ("First.\r\n\r\nSecond.", "First.\nSecond."),
        ("We  use\n $x$ here", "We use $x$ here"),
        ("", ""),
    ],
)
def test_abstract_keeps_its_paragraphs(stored: str, read: str) -> None:
    assert paragraphs(stored) == read


@given(st.text(alphabet=" \n\t\r\x0b\x0c\x85\xa0\u2028ab.é\\'$", max_size=40))
@example("\\aa\x0ca")
def test_fast_path_of_abstracts_matches_the_slow_one(stored: str) -> None:
    whole = stored.strip()
    if any(sign in whole for sign in ("\n ", "\n\n", "\n\t", "\r")):
        parts = [white_space.one_line(part) for part in white_space._PARAGRAPH.split(whole)]
    else:
        parts = [white_space.one_line(whole.replace("\n", " "))]
    assert paragraphs(stored) == decode_accents("\n".join(part for part in parts if part))


@given(TEX)
def test_tex_is_found_behind_one_to_four_backslashes(typed: str) -> None:
    """Compare with the plain pattern `\\\\{1,4}`."""
    plain = re.compile(accents._TOKEN.pattern.replace(r"\\\\{0,3}", r"\\{1,4}", 1))
    assert plain.pattern != accents._TOKEN.pattern
    found = [match.span() for match in accents._TOKEN.finditer(typed)]
    assert found == [match.span() for match in plain.finditer(typed)]


def test_dates_in_all_arxiv_spellings_are_read() -> None:
    expected = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)
    for text in ("Fri, 06 Mar 2026 09:30:00 GMT", "Fri, 6 Mar 2026 09:30:00 GMT"):
        assert parse_rfc2822(text) == expected
    assert parse_rfc2822("Fri, 06 Mar 2026 04:30:00 -0500") == expected
    assert parse_rfc2822("6 Mar 2026 09:30:00 +0000") == expected
    assert parse_iso("2026-03-06T04:30:00-05:00") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Fri, 31 Feb 2026 09:30:00 GMT",
        "Fri, 06 Mar 2026",
        "Fri, 6 Mär 2026 1:2:3 GMT",
    ],
)
def test_other_text_than_a_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_rfc2822(text)
    with pytest.raises(ValueError, match=r".*"):
        parse_iso(text)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("math.MP math-ph", "math-ph"),
        ("stat.TH math.ST", "math.ST"),
        ("math.IT cs.IT", "cs.IT"),
        ("q-fin.EC", "econ.GN"),
        ("cs.SY eess.SY", "eess.SY"),
        ("alg-geom q-alg", "math.AG math.QA"),
        ("bayes-an", "physics.data-an"),
        ("cs.CV cs.LG cs.CV", "cs.CV cs.LG"),
        ("astro-ph cs.QQ", "astro-ph cs.QQ"),
    ],
)
def test_categories_are_canonical(given: str, kept: str) -> None:
    assert " ".join(canonical_categories(given.split())) == kept


def test_every_alias_of_arxivs_own_list_is_known(shared_data: Path) -> None:
    listed = json.loads((shared_data / "arxiv-categories.json").read_text())
    names = {one["id"] for one in listed}
    for one in listed:
        canonical = canonical_category(one["id"])
        assert canonical in names
        if one["alias_of"] is not None:
            # arXiv's list names some pairs in both directions.
            assert canonical == canonical_category(one["alias_of"])
        assert looks_like_category(one["id"])


@pytest.mark.parametrize(
    ("term", "shape"),
    [
        ("cs.CV", True),
        ("astro-ph", True),
        ("cond-mat.mes-hall", True),
        ("physics.atm-clus", True),
        ("I.2.7", False),
        ("68T50", False),
        ("F.2.2; I.2.7", False),
        ("14J60 (Primary) 14F05, 14J26 (Secondary)", False),
        ("", False),
    ],
)
def test_terms_of_other_schemes_are_not_categories(term: str, *, shape: bool) -> None:
    assert looks_like_category(term) is shape


def test_absent_comment_is_not_a_withdrawal() -> None:
    assert not says_withdrawn(None)
    assert not says_withdrawn("")
