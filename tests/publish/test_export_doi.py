"""A paper that is not at arXiv in every export: by its DOI, without a word of arXiv."""

import json

import pytest
import rispy

from pipeline.publish.exports.bibtex import write_bibtex
from pipeline.publish.exports.csl_json import write_csl_json
from pipeline.publish.exports.csv_table import write_csv
from pipeline.publish.exports.ris import write_ris
from storage.paper_key import key_address, key_stem
from storage.types import Source
from tests.support.exports import make_record

JOURNAL = "doi:10.1000/agents.7"
HOSTILE = "doi:10.1002/(sici)<1::aid-\"'&;>3.0.co;2-#?%41"


@pytest.mark.parametrize("key", [JOURNAL, HOSTILE])
def test_formats_name_the_doi_and_never_arxiv(key: str) -> None:
    record = make_record(
        key,
        title="Otters that Draw",
        abstract="They draw.",
        categories=(),
        primary_category="",
        source=Source.CORPUS,
        doi=key.removeprefix("doi:"),
    )
    bibtex = write_bibtex([record]).decode()
    assert bibtex.startswith(f"@misc{{{key_stem(key)},\n")
    assert f"url = {{{key_address(key)}}}" in bibtex
    [entry] = rispy.loads(write_ris([record]).decode())
    assert entry["urls"] == [key_address(key)]
    [item] = json.loads(write_csl_json([record]))
    assert (item["id"], item["URL"]) == (key_stem(key), key_address(key))
    csv = write_csv([record]).decode()
    assert key.replace('"', '""') in csv
    for text in (bibtex, json.dumps(item), write_ris([record]).decode()):
        assert "arxiv" not in text.lower()


def test_doi_is_a_field_where_readers_take_it_as_it_is() -> None:
    assert make_record(JOURNAL).doi == "10.1000/agents.7"
    assert make_record("doi:10.1000.20/agents").doi == "10.1000.20/agents"
    # signs that would need escapes: the address has them
    assert make_record(HOSTILE).doi is None
