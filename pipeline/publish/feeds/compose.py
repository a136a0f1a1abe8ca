"""Compose all feeds of a survey: of all papers, of each section, of the issues."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from config.schema import Settings
from config.taxonomy import Section, Taxonomy
from pipeline.curated.title import survey_title
from pipeline.publish import addresses
from pipeline.publish.approved import Approved, by_section, read_approved
from pipeline.publish.feeds import text
from pipeline.publish.feeds.changed import changed_entries
from pipeline.publish.feeds.ended import ended_at, ended_entry
from pipeline.publish.feeds.issues import PublishedIssue, issue_entries, read_issues
from pipeline.publish.feeds.pages import PLACES, paged
from pipeline.publish.feeds.paper import Maker, section_name
from pipeline.publish.feeds.places import Places, section_places
from pipeline.publish.feeds.sections import Former, SectionHistory, section_history
from pipeline.publish.feeds.types import NEVER, About, Document, Entry, Feed
from pipeline.publish.feeds.words import say
from pipeline.publish.identity import SurveyIdentity, survey_identity
from pipeline.publish.suggest import suggest_address
from pipeline.publish.translated import LANGUAGE, Translated, read_translated
from pipeline.runtime.ending import ended
from storage.freezes import Freeze
from storage.store import Store


@dataclass(frozen=True, slots=True)
class FeedSource:
    """What the feeds are made of."""

    approved: Approved
    issues: tuple[PublishedIssue, ...]
    identity: SurveyIdentity
    history: SectionHistory
    #: machine translations by arXiv ID
    translations: Mapping[str, Translated]
    #: the papers that ever were in each section
    places: Places
    #: the end that is in force; None: the survey goes on
    freeze: Freeze | None = None
    #: when the survey was last ended or taken up again, or its end came into force
    ended_or_not_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feeds:
    """All feeds."""

    about: About
    papers: Feed
    issues: Feed
    #: of papers that changed after they were approved
    changes: Feed
    #: in the taxonomy's order
    sections: tuple[Feed, ...]
    #: at addresses of sections that were renamed, merged, split or removed
    former: tuple[Feed, ...]

    @property
    def all(self) -> tuple[Feed, ...]:
        """Every feed."""
        return (self.papers, self.issues, self.changes, *self.sections, *self.former)


def read_feeds(store: Store, taxonomy: Taxonomy, today: date) -> FeedSource:
    """Read what the feeds are made of on a day (UTC); nothing is written."""
    freeze, last_at = ended(store.freezes.standing(), today), store.freezes.last_at()
    approved = read_approved(store)
    history = section_history(
        (section.id for section in taxonomy.sections), store.taxonomy.changes()
    )
    return FeedSource(
        approved=approved,
        issues=read_issues(store),
        identity=survey_identity(store),
        history=history,
        places=section_places(store.approvals.events(), history, approved.papers),
        translations=read_translated(store, approved.papers),
        freeze=freeze,
        ended_or_not_at=last_at if freeze is None else ended_at(freeze),
    )


def about_of(settings: Settings, identity: SurveyIdentity) -> About:
    """Return what every feed says of the survey."""
    publish = settings.publish
    return About(
        id=identity.survey,
        title=text.line(survey_title(settings.survey)),
        editor=text.line(publish.editor),
        language=settings.digest.languages[0],
        base_url=publish.base_url,
        home=addresses.absolute(publish.base_url, addresses.INDEX)
        if _has_site(settings) and publish.base_url
        else publish.list_url,
        hub=settings.feeds.hub,
    )


def compose(source: FeedSource, taxonomy: Taxonomy, settings: Settings) -> Feeds:
    """Return all feeds."""
    approved = (one.approved_at for one in source.approved.papers)
    about = replace(about_of(settings, source.identity), began=min(approved, default=NEVER))
    if source.freeze is not None:
        about = replace(about, ended=ended_entry(source.freeze, source.identity, about))
    known = {section.id: section for section in taxonomy.sections}
    maker = Maker(
        source.identity,
        about,
        known,
        suggest_address(settings),
        _has_site(settings),
        source.translations if about.language == LANGUAGE else {},
    )
    composer = _Composer(source, about, maker)
    return Feeds(
        about=about,
        papers=composer.papers(),
        issues=composer.issues(),
        changes=composer.changes(),
        sections=tuple(
            composer.section(id_, section_name(section, about.language))
            for id_, section in known.items()
        ),
        former=tuple(composer.former(one, known) for one in source.history.former),
    )


class _Composer:
    """Makes each entry once, because a paper is in several feeds."""

    def __init__(self, source: FeedSource, about: About, maker: Maker) -> None:
        self._source, self._about, self._maker = source, about, maker
        papers = source.approved.papers
        self._placed = [(one.position, maker.entry(one)) for one in papers]
        entries = {entry.arxiv_id: entry for _, entry in self._placed}
        self._of_section: dict[str, list[Entry]] = {
            section: [entries[one.arxiv_id] for one in those]
            for section, those in by_section(papers).items()
        }

    def papers(self) -> Feed:
        current, archives = paged(self._placed, self._source.approved.positions, _path_of_all)
        return Feed(
            id=self._source.identity.feed("all"),
            title=self._title("all"),
            subtitle=self._say("all_subtitle"),
            page=addresses.INDEX if self._maker.has_pages else "",
            current=current,
            archives=archives,
        )

    def issues(self) -> Feed:
        entries = issue_entries(self._source.issues, self._source.approved.papers, self._maker)
        current, archives = paged(enumerate(entries), len(entries), _path_of_issues)
        return Feed(
            id=self._source.identity.feed("issues"),
            title=self._title("issues"),
            subtitle=self._say("issues_subtitle"),
            page=addresses.ISSUES if self._maker.has_pages else "",
            current=current,
            archives=archives,
        )

    def changes(self) -> Feed:
        entries = changed_entries(
            self._source.approved.papers,
            (entry for _, entry in self._placed),
            self._source.identity,
            self._about.language,
        )
        return Feed(
            id=self._source.identity.feed("changes"),
            title=self._title("changes"),
            subtitle=self._say("changes_subtitle"),
            page=addresses.INDEX if self._maker.has_pages else "",
            current=Document(addresses.CHANGES, entries),
        )

    def section(self, section: str, name: str) -> Feed:
        here = {one.arxiv_id: one for one in self._of_section.get(section, [])}
        came = self._source.places.get(section, ())
        placed = [(place, here[one]) for place, one in enumerate(came) if one in here]
        current, archives = paged(placed, len(came), _path_of_section(section))
        return Feed(
            id=self._id(self._source.history.keys[section]),
            title=self._titled(name),
            subtitle=self._say("section_subtitle"),
            page=addresses.section_page(section) if self._maker.has_pages else "",
            current=current,
            archives=archives,
        )

    def former(self, former: Former, known: Mapping[str, Section]) -> Feed:
        """Return what the address of an earlier section has today."""
        names = [section_name(known[one], self._about.language) for one in former.now]
        path = _path_of_section(former.section)(None)
        if len(former.now) == 1:
            follows = self.section(former.now[0], names[0])
            renamed = former.key == self._source.history.keys[former.now[0]]
            return replace(
                follows,
                id=self._id(former.key),
                current=replace(follows.current, path=path),
                archives=(),
                moved_to=follows.current.path if renamed else "",
            )
        found = {one.id: one for section in former.now for one in self._of_section.get(section, [])}
        newest = sorted(found.values(), key=lambda one: (one.published, one.id), reverse=True)
        return Feed(
            id=self._id(former.key),
            title=self._titled(self._say("separator").join(names) or former.section),
            subtitle=self._say("section_subtitle" if former.now else "section_gone"),
            page="",
            current=Document(path, tuple(newest[:PLACES])),
        )

    def _id(self, key: str) -> str:
        return self._source.identity.feed(f"section:{key}")

    def _titled(self, name: str) -> str:
        return f"{self._about.title}: {name}"

    def _title(self, key: str) -> str:
        return self._titled(self._say(key))

    def _say(self, key: str) -> str:
        return say(self._about.language, key)


def _has_site(settings: Settings) -> bool:
    return "site" in {str(one) for one in settings.publish.targets}


def _path_of_all(archive: int | None) -> str:
    return addresses.without_suffix(addresses.all_feed(archive=archive))


def _path_of_issues(archive: int | None) -> str:
    return addresses.without_suffix(addresses.issues_feed(archive=archive))


def _path_of_section(section: str) -> Callable[[int | None], str]:
    return lambda archive: addresses.without_suffix(
        addresses.section_feed(section, archive=archive)
    )
