"""Find the files of a published issue, exactly as they were published."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.errors import LivingSurveyError
from config.files import put_all_in_place, read_regular
from config.json_toml import load_json
from config.schema import Settings
from config.taxonomy import Taxonomy, parse_taxonomy
from pipeline.publish.digest.week import Week
from pipeline.publish.publication import BuiltFile, digest_of
from pipeline.publish.recorded import sha256_of
from pipeline.runtime.services import Services
from storage.issue_types import IssueAct, IssueState
from storage.publication_types import Publication
from storage.store import Store

#: the file beside an issue's own that has the names of its sections
_NAMES = "section-names.json"


class IssueNotMailedError(LivingSurveyError):
    """The issue is not one that may be mailed; nothing was sent."""


@dataclass(frozen=True, slots=True)
class IssueFiles:
    """One published issue."""

    week: Week
    #: file name -> content, as published
    files: Mapping[str, bytes]
    #: section ID -> language -> name; without a name the path is under the empty language
    section_names: Mapping[str, Mapping[str, str]]

    @property
    def digest(self) -> str:
        """One sha256 for all files."""
        return digest_of(BuiltFile(Path(name), data) for name, data in self.files.items())

    @property
    def papers(self) -> tuple[str, ...]:
        """The arXiv IDs of the listed papers, each once."""
        document = load_json(self.files[f"{self.week}.json"])
        return tuple(
            dict.fromkeys(
                paper["arxiv_id"] for group in document["groups"] for paper in group["papers"]
            )
        )


def published_issue(services: Services, week: Week) -> IssueFiles:
    """Return the issue of a week.

    Raises:
        IssueNotMailedError: it is not published, not approved although the settings ask for that,
            or its files are no longer what was published.
    """
    settings = services.settings
    with services.open_store() as store:
        published = _published(store, week, settings)
        replaced = store.taxonomy.in_force_at(week.end)
    files = {}
    for file in published.files:
        path = settings.root / file.path
        content = _content(path)
        if content is None or sha256_of(content) != file.sha256:
            state = "is missing" if content is None else "was changed since it was published"
            raise IssueNotMailedError(
                f"{file.path} {state}, so a mail would not be what was published.",
                hint=f"Run `living-survey publish --target digest --week {week}`, then send again.",
            )
        files[path.name] = content
    taxonomy = services.taxonomy
    if replaced is not None:
        taxonomy = parse_taxonomy(replaced, f"the taxonomy of {week}")
    return IssueFiles(week, files, _names(taxonomy))


def keep_issue(directory: Path, issue: IssueFiles) -> None:
    """Write a copy of an issue, which every later call mails, whatever is published meanwhile."""
    names = json.dumps(issue.section_names, ensure_ascii=False, sort_keys=True).encode()
    put_all_in_place(
        [
            *((directory / name, data) for name, data in sorted(issue.files.items())),
            (directory / _NAMES, names),
        ]
    )


def kept_issue(directory: Path, week: Week) -> IssueFiles:
    """Return the copy of an issue.

    Raises:
        IssueNotMailedError: it cannot be read.
    """
    try:
        found = {path.name: read_regular(path) for path in sorted(directory.iterdir())}
        names = load_json(found.pop(_NAMES))
    except (OSError, KeyError, ValueError) as error:
        raise IssueNotMailedError(
            f"The copy of the issue {week} in {directory} cannot be read.",
            hint="Put the directory back from a copy, so that everybody gets the same issue.",
        ) from error
    return IssueFiles(week, found, names)


def _published(store: Store, week: Week, settings: Settings) -> Publication:
    record = store.issues.get(str(week))
    last = store.publications.last(f"digest:{week}")
    if record.state is not IssueState.PUBLISHED or last is None:
        raise IssueNotMailedError(
            f"The issue {week} is not published.",
            hint=f"Run `living-survey publish --target digest --week {week}` first.",
        )
    approved = {
        event.digest for event in store.issues.events(str(week)) if event.act is IssueAct.APPROVED
    }
    if settings.publish.issues == "approved" and record.digest not in approved:
        raise IssueNotMailedError(
            f"The issue {week} was published without an approval.",
            hint=f"Run `living-survey issue {week} --build --approve`, then publish it again.",
        )
    return last


def _content(path: Path) -> bytes | None:
    try:
        return read_regular(path)
    except OSError:
        return None


def _names(taxonomy: Taxonomy) -> Mapping[str, Mapping[str, str]]:
    return {
        section.id: {**section.names, "": " \u203a ".join(section.path)}
        for section in taxonomy.sections
    }
