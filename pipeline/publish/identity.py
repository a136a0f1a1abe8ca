"""Derive the IDs of feeds and entries from the survey's identity and nothing that can change."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from storage.store import Store


@dataclass(frozen=True, slots=True)
class SurveyIdentity:
    """The survey's UUID; every ID is a UUID of version 5 below it (RFC 9562)."""

    survey_id: UUID

    @property
    def survey(self) -> str:
        """The ID of the survey itself."""
        return self.survey_id.urn

    def paper(self, arxiv_id: str) -> str:
        """Return the ID of a paper's entry."""
        return self._named(f"paper:{arxiv_id}")

    def change(self, arxiv_id: str, at: str) -> str:
        """Return the ID of the entry that says that a paper changed at an instant."""
        return self._named(f"change:{arxiv_id}:{at}")

    def issue(self, week: str) -> str:
        """Return the ID of an issue's entry, such as of `2026-W12`."""
        return self._named(f"issue:{week}")

    def feed(self, name: str) -> str:
        """Return the ID of a feed, such as of `all`, `issues` or `section:ID`."""
        return self._named(f"feed:{name}")

    def end(self, day: str) -> str:
        """Return the ID of the entry that says that the survey ended on a day."""
        return self._named(f"end:{day}")

    def _named(self, name: str) -> str:
        return uuid5(self.survey_id, name).urn


def survey_identity(store: Store) -> SurveyIdentity:
    """Return the survey's identity, which is made with the database."""
    return SurveyIdentity(store.approvals.survey_id())
