"""Read the published issues from their JSON documents, whose bytes the record vouches for."""

import json
from pathlib import Path

from pipeline.publish.digest.issue import build_issue, edition_of
from pipeline.publish.digest.week import Week
from pipeline.publish.files import content_of
from pipeline.publish.recorded import sha256_of
from pipeline.publish.site.types import SiteIssue
from pipeline.runtime.services import Services
from storage.publication_types import Publication
from storage.store import Store


def read_issues(services: Services, store: Store) -> tuple[SiteIssue, ...]:
    """Return the published issues, the newest first.

    A file that is missing or not as it was published is built again.

    Raises:
        NotPublishedError: a file cannot be read.
    """
    acts = {
        Week.parse(act.target.removeprefix("digest:")): act
        for act in store.publications.latest()
        if act.target.startswith("digest:")
    }
    return tuple(_issue(services, store, week, acts[week]) for week in sorted(acts, reverse=True))


def _issue(services: Services, store: Store, week: Week, act: Publication) -> SiteIssue:
    for file in act.files:
        if file.path.endswith(f"{week}.json"):
            data = content_of(services.settings.root / file.path)
            if data is not None and sha256_of(data) == file.sha256:
                return SiteIssue(week, json.loads(data))
    built = build_issue(store, services.taxonomy, edition_of(services.settings), week)
    [document] = [one.data for one in built.build.files if one.path == _document(one.path, week)]
    return SiteIssue(week, json.loads(document))


def _document(path: Path, week: Week) -> Path:
    return path.with_name(f"{week}.json")
