"""What can be configured: every key with its type, default and meaning. Reads no file, no clock.

`config.settings` fills these models. A field's description is what docs/reference/settings.md says;
the `Takes` of its type is what an error message says the key takes.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from config.keytypes import (
    BaseUrl,
    Categories,
    Days,
    HeaderText,
    Host,
    Interval,
    Languages,
    Natural,
    OptionalPath,
    Port,
    RequiredPath,
    Seconds,
    Sets,
    Text,
    TimeOfDay,
    TimeZone,
)
from config.loopback import is_loopback_url

#: seconds between two requests that arXiv asks for (https://info.arxiv.org/help/api/tou.html)
POLITE_INTERVAL_SECONDS = 3.0


class Section(BaseModel):
    """One [section] of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SurveySettings(Section):
    """Which survey is kept alive."""

    title: Text = Field(
        default="Living Survey", description="the survey's name in digests and pages"
    )
    list: OptionalPath = Field(
        default=None, description="the curated Markdown list; none: no list is read"
    )
    taxonomy: OptionalPath = Field(
        default=None, description="the taxonomy's TOML file; none: the built-in taxonomy"
    )


class DatabaseSettings(Section):
    """Where everything is kept."""

    path: RequiredPath = Field(default=Path("var/survey.duckdb"), description="the DuckDB file")
    busy_timeout_seconds: Seconds = Field(
        default=30.0,
        description="how long a process waits for another that holds the file before it gives up "
        "with exit status 75; seconds",
    )


class ArxivSettings(Section):
    """What is asked of arXiv, and how politely.

    The URLs stand first: the check of the interval needs them.
    """

    oai_url: BaseUrl = Field(
        default="https://oaipmh.arxiv.org/oai", description="OAI-PMH, the record of every paper"
    )
    rss_url: BaseUrl = Field(
        default="https://rss.arxiv.org",
        description="the daily feeds; /rss/ and /atom/ are added to it",
    )
    query_url: BaseUrl = Field(
        default="https://export.arxiv.org/api/query",
        description="the query API, for look-ups by id and searches",
    )
    sets: Sets = Field(default=("cs", "eess"), description="the OAI sets that are harvested")
    categories: Categories = Field(
        default=(
            *("cs.CV", "cs.CL", "cs.AI", "cs.LG", "cs.MM", "cs.GR"),
            *("cs.SD", "cs.HC", "cs.CR", "eess.AS", "eess.IV"),
        ),
        description="the categories whose feeds are read and reconciled; what is kept is decided "
        "by sets",
    )
    contact: HeaderText = Field(
        default="",
        description="an e-mail address or page where arXiv reaches you, sent in the User-Agent; "
        "needed as soon as a URL is not a loopback address",
    )
    min_interval_seconds: Interval = Field(
        default=POLITE_INTERVAL_SECONDS,
        description="the least time between two requests of all processes that share the limiter; "
        "waits after a fault are multiples of it; seconds",
    )
    overlap_days: Days = Field(
        default=3,
        description="how far back each harvest reaches behind the last one, for papers that enter "
        "late; days",
    )
    archive: RequiredPath = Field(
        default=Path("var/archive"),
        description="the directory where every raw answer is kept, compressed",
    )
    limiter: OptionalPath = Field(
        default=None,
        description="the file through which processes share one pace; none: one per user, so users "
        "who share a machine name one in a directory that all of them may write to",
    )
    connect_timeout_seconds: Seconds = Field(
        default=10.0, description="how long a connection may take to open; seconds"
    )
    read_timeout_seconds: Seconds = Field(
        default=60.0, description="how long arXiv may stay silent within an answer; seconds"
    )
    run_deadline_seconds: Seconds = Field(
        default=3600.0, description="how long one run may talk to arXiv in all; seconds"
    )

    @field_validator("min_interval_seconds")
    @classmethod
    def _politely(cls, value: float, info: ValidationInfo) -> float:
        urls = [info.data.get(name, "") for name in ("oai_url", "rss_url", "query_url")]
        if value < POLITE_INTERVAL_SECONDS and not all(is_loopback_url(url) for url in urls):
            raise ValueError(value)
        return value

    @property
    def is_live(self) -> bool:
        """Whether any request can leave this machine."""
        return not all(is_loopback_url(url) for url in (self.oai_url, self.rss_url, self.query_url))


class ClassifierSettings(Section):
    """How the model learns."""

    models: RequiredPath = Field(
        default=Path("var/models"), description="the directory of trained models"
    )
    background: Natural = Field(
        default=5000,
        description="how many unlabelled papers serve as background in training; papers",
    )
    seed: Natural = Field(default=0, description="the seed of every random choice in training")
    keep: Natural = Field(
        default=10,
        description="how many trained models are kept; the one in use and the one before it "
        "always are; 0: all",
    )
    reports: RequiredPath = Field(
        default=Path("var/reports"), description="the directory of evaluation reports"
    )
    retrain_after: Natural = Field(
        default=0,
        description="`run` trains anew once so many decisions are new to the model in use; "
        "0: only `train` does",
    )


class ReviewSettings(Section):
    """The approval queue."""

    host: Host = Field(default="127.0.0.1", description="the address the web queue listens on")
    port: Port = Field(default=8765, description="the port it listens on; 0: any free one")
    reviewer: Text = Field(
        default="", description="whose name terminal decisions carry; empty: your login name"
    )


class DigestSettings(Section):
    """The weekly digest."""

    output: RequiredPath = Field(
        default=Path("var/digests"), description="the directory digests are written to"
    )
    languages: Languages = Field(
        default=("en",), description="the languages of headings and labels"
    )


class ScheduleSettings(Section):
    """When `serve --schedule` works. arXiv's feeds of a day are built at midnight in New York."""

    daily: TimeOfDay = Field(
        default="00:30", description="when the day's announcements are fetched"
    )
    repair: TimeOfDay = Field(
        default="07:00",
        description="when what was missed is fetched again and a stale feed asked anew",
    )
    digest: TimeOfDay = Field(
        default="08:00", description="when, on Mondays, the digest of the week before is built"
    )
    timezone: TimeZone = Field(
        default="America/New_York",
        description="the time zone of these times, daylight saving included",
    )


class Settings(Section):
    """Everything the operator decided. Paths from `load_settings` are absolute."""

    survey: SurveySettings = SurveySettings()
    database: DatabaseSettings = DatabaseSettings()
    arxiv: ArxivSettings = ArxivSettings()
    classifier: ClassifierSettings = ClassifierSettings()
    review: ReviewSettings = ReviewSettings()
    digest: DigestSettings = DigestSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    #: what the product takes for the present instant; None: the system's clock
    now: datetime | None = None
    #: the directory that relative paths are resolved against
    root: Path = Path()
    #: the file that was read; None: defaults and environment only
    file: Path | None = None


#: the sections in the order of the file
SECTIONS: Mapping[str, type[Section]] = {
    "survey": SurveySettings,
    "database": DatabaseSettings,
    "arxiv": ArxivSettings,
    "classifier": ClassifierSettings,
    "review": ReviewSettings,
    "digest": DigestSettings,
    "schedule": ScheduleSettings,
}
