"""The formats of an export by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.publish.exports.bibtex import write_bibtex
from pipeline.publish.exports.csl_json import write_csl_json
from pipeline.publish.exports.csv_table import write_csv
from pipeline.publish.exports.jsonl import write_jsonl
from pipeline.publish.exports.parquet import write_parquet
from pipeline.publish.exports.record import ExportRecord
from pipeline.publish.exports.ris import write_ris


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format, and the ends of the names of its files, the usual one first."""

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[Sequence[ExportRecord]], bytes]
    #: for terminals and pipes
    is_text: bool = True


FORMATS: Mapping[str, ExportFormat] = MappingProxyType(
    {
        form.name: form
        for form in (
            ExportFormat("bibtex", (".bib",), write_bibtex),
            ExportFormat("ris", (".ris",), write_ris),
            ExportFormat("csl-json", (".json",), write_csl_json),
            ExportFormat("csv", (".csv",), write_csv),
            ExportFormat("jsonl", (".jsonl", ".ndjson"), write_jsonl),
            ExportFormat("parquet", (".parquet",), write_parquet, is_text=False),
        )
    }
)
