"""Describe a release for people and machines: CITATION.cff 1.2.0 and RO-Crate 1.2."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.visible import escape_invisible, one_line

_CRATE = "https://w3id.org/ro/crate/1.2"
_FORMATS = {
    ".bib": "application/x-bibtex",
    ".csv": "text/csv",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".cff": "text/yaml",
}


@dataclass(frozen=True, slots=True)
class Release:
    """What is said of a release."""

    title: str
    version: str
    on: date
    #: SPDX identifier
    license: str
    #: who edits the survey; empty: it is not said
    editor: str
    #: public address of the list; empty: none
    url: str
    papers: int

    @property
    def license_url(self) -> str:
        """The page of the licence."""
        return f"https://spdx.org/licenses/{self.license}"

    @property
    def about(self) -> str:
        """One sentence."""
        return (
            f"The curated list of {self.title}, version {self.version}: {self.papers} papers on"
            " arXiv, each chosen by a person."
        )


def write_citation(release: Release) -> bytes:
    """Return CITATION.cff. Texts are written as JSON strings, which YAML reads as they are."""
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this list, please cite it as below.",
        "type: dataset",
        f"title: {_text(release.title)}",
        f"version: {_text(release.version)}",
        f"date-released: {release.on.isoformat()}",
        f"license: {release.license}",
        f"abstract: {_text(release.about)}",
        "authors:",
        f"  - name: {_text(release.editor or release.title)}",
    ]
    if release.url:
        lines.append(f"url: {_text(release.url)}")
    return ("\n".join(lines) + "\n").encode()


def write_crate(release: Release, files: Mapping[str, bytes]) -> bytes:
    """Return ro-crate-metadata.json for these files."""
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": one_line(release.title),
        "description": one_line(release.about),
        "version": release.version,
        "datePublished": release.on.isoformat(),
        "license": {"@id": release.license_url},
        "hasPart": [{"@id": name} for name in files],
    }
    graph: list[dict[str, Any]] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _CRATE},
        },
        root,
        {"@id": release.license_url, "@type": "CreativeWork", "name": release.license},
    ]
    if release.editor:
        root["author"] = {"@id": "#editor"}
        graph.append({"@id": "#editor", "@type": "Organization", "name": one_line(release.editor)})
    if release.url:
        root["url"] = release.url
    graph += [
        {
            "@id": name,
            "@type": "File",
            "name": name,
            "encodingFormat": _FORMATS[name[name.rindex(".") :]],
            "contentSize": str(len(data)),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for name, data in files.items()
    ]
    document = {"@context": f"{_CRATE}/context", "@graph": graph}
    return (escape_invisible(json.dumps(document, ensure_ascii=False, indent=1)) + "\n").encode()


def _text(text: str) -> str:
    return escape_invisible(json.dumps(one_line(text), ensure_ascii=False))
