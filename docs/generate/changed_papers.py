"""Change papers of the demo at arXiv, so that a picture of the inbox has cases."""

import json
from pathlib import Path
from typing import Any

from storage.store import store_opener
from storage.types import Paper

#: the name that `import` takes
SNAPSHOT = "arxiv-metadata-oai-snapshot.json"
#: a paper of the demo's list -> what its version 2 changes
CHANGED: dict[str, dict[str, Any]] = {
    "2402.91007": {
        "title": "Paperboat 2: Image Generation and Editing with a Frozen Language Model"
    },
    "2309.91028": {"comments": "Accepted at CVPR 2026"},
    "2404.91042": {"comments": "This paper has been withdrawn by the authors"},
}


def change_papers(database: Path, snapshot: Path) -> None:
    """Write a snapshot in which some papers have a second version; `import` reads it."""
    with store_opener(database)() as store:
        held = store.papers.get_many(list(CHANGED))
    lines = [json.dumps(_record(held[key].paper) | changed) for key, changed in CHANGED.items()]
    snapshot.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _record(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.arxiv_id,
        "submitter": paper.authors[0],
        "authors": ", ".join(paper.authors),
        "title": paper.title,
        "comments": paper.comment,
        "journal-ref": None,
        "doi": None,
        "report-no": None,
        "categories": " ".join(paper.categories),
        "license": paper.license,
        "abstract": paper.abstract,
        "versions": [
            {"version": "v1", "created": f"{paper.submitted_at:%a, %d %b %Y %H:%M:%S} GMT"},
            {"version": "v2", "created": "Thu, 19 Mar 2026 09:30:00 GMT"},
        ],
        "update_date": "2026-03-20",
        "authors_parsed": [[*name.rpartition(" ")[::-2], ""] for name in paper.authors],
    }
