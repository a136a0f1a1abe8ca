"""Define every setting with its type, default and description.

`make docs` writes docs/reference/settings.md and config/template.toml from the descriptions.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from config.access_schema import AccessSettings
from config.alerts_schema import AlertsSettings
from config.api_schema import ApiSettings
from config.desk_keys import known_keys
from config.enrich_schema import EnrichSettings, TranslateSettings
from config.feeds_schema import FeedsSettings
from config.hub_schema import HubSettings, at_the_hub
from config.keytypes import (
    BaseUrl,
    Categories,
    Days,
    DirectoryPath,
    FilePath,
    HeaderText,
    Host,
    Interval,
    KeyBindings,
    ListPaths,
    Natural,
    OptionalFile,
    OptionalUrl,
    PageLanguage,
    Percent,
    Port,
    Representations,
    Seconds,
    Sets,
    Takes,
    Text,
)
from config.lint_schema import LintSettings
from config.loopback import is_loopback_url
from config.mail_schema import MailSettings
from config.operate_schema import BackupSettings, LogSettings, MonitorSettings, ScheduleSettings
from config.publish_schema import DigestSettings, ListSettings, PublishSettings
from config.reasons import DEFAULT_REASONS, Reason, unique_codes
from config.rules_schema import Rules, Switch
from config.runtime_schema import RuntimeSettings
from config.section import Section
from config.site_schema import SiteSettings
from config.subscribers_schema import SubscribersSettings
from config.suggestions_schema import SuggestionsSettings
from config.team_schema import TeamSettings

#: seconds between two requests that arXiv asks for (https://info.arxiv.org/help/api/tou.html)
POLITE_INTERVAL_SECONDS = 3.0


Reasons = Annotated[
    tuple[Reason, ...],
    AfterValidator(unique_codes),
    Takes("a list of reasons, each with a code and a name of its own"),
]


class SurveySettings(Section):
    """The survey that is kept up to date."""

    title: Text = Field(
        default="",
        description="The survey's name in pages, digests and reports. Empty: the list's title, its "
        "first heading.",
    )
    list: ListPaths = Field(
        default=(),
        description="The curated list: one file, or several files and directories. Empty: no list "
        "is read.",
    )
    taxonomy: OptionalFile = Field(
        default=None, description="The taxonomy's TOML file. Empty: the built-in taxonomy."
    )


class DatabaseSettings(Section):
    """The database file."""

    path: FilePath = Field(default=Path("var/survey.duckdb"), description="The DuckDB file.")
    busy_timeout_seconds: Seconds = Field(
        default=30.0,
        description="Seconds to wait for another process that uses the file, before ending with "
        "exit status 75.",
    )


class ArxivSettings(Section):
    """What is requested from arXiv, and how often."""

    contact: HeaderText = Field(
        default="",
        description="An e-mail address or web page where arXiv can reach you, sent in the "
        "User-Agent. Required unless every URL is a loopback address.",
    )
    sets: Sets = Field(
        default=("cs", "eess"), description="The OAI sets to harvest: they decide what is stored."
    )
    categories: Categories = Field(
        default=(
            *("cs.CV", "cs.CL", "cs.AI", "cs.LG", "cs.MM", "cs.GR"),
            *("cs.SD", "cs.HC", "cs.CR", "eess.AS", "eess.IV"),
        ),
        description="The categories whose daily feeds are compared with what was harvested.",
    )
    # The URLs come first, because the check of the interval reads them, and the hub's before them.
    hub_url: OptionalUrl = Field(
        default="",
        description="The hub of several surveys (`living-survey hub`) that is asked instead of "
        "arXiv: OAI-PMH, feeds and look-ups, each unless its own address is set too. Empty: none.",
    )
    oai_url: BaseUrl = Field(
        default_factory=at_the_hub("/oai", "https://oaipmh.arxiv.org/oai"),
        description="The OAI-PMH interface, source of every paper's record.",
    )
    rss_url: BaseUrl = Field(
        default_factory=at_the_hub("", "https://rss.arxiv.org"),
        description="The daily feeds; /rss/ and /atom/ are appended.",
    )
    query_url: BaseUrl = Field(
        default_factory=at_the_hub("/api/query", "https://export.arxiv.org/api/query"),
        description="The query API, for look-ups by ID and searches.",
    )
    min_interval_seconds: Interval = Field(
        default=POLITE_INTERVAL_SECONDS,
        description="Seconds between two requests of all processes that share the limiter. Waits "
        "after an error are multiples of it.",
    )
    overlap_days: Days = Field(
        default=3,
        description="Days by which a harvest overlaps the last one, to catch late records.",
    )
    archive: DirectoryPath = Field(
        default=Path("var/archive"),
        description="The directory where every raw response is kept, compressed.",
    )
    archive_pack_days: Natural = Field(
        default=30,
        description="Days after which the responses of a day are packed into one file, by `run`. "
        "0: never.",
    )
    archive_keep_days: Natural = Field(
        default=0,
        description="Days after which responses are deleted, by `run`; only what is kept can be "
        "replayed. 0: never.",
    )
    limiter: OptionalFile = Field(
        default=None,
        description="The file that keeps the request rate of several processes. Empty: one per "
        "user. Users who share a machine name a file that all of them may write to.",
    )
    connect_timeout_seconds: Seconds = Field(
        default=10.0, description="Seconds allowed for opening a connection."
    )
    read_timeout_seconds: Seconds = Field(
        default=60.0, description="Seconds of silence allowed within a response."
    )
    run_deadline_seconds: Seconds = Field(
        default=3600.0, description="Seconds one run may spend on requests to arXiv in total."
    )

    @field_validator("min_interval_seconds")
    @classmethod
    def _at_least_what_arxiv_asks(cls, value: float, info: ValidationInfo) -> float:
        urls = [info.data.get(name, "") for name in ("oai_url", "rss_url", "query_url")]
        if value < POLITE_INTERVAL_SECONDS and not all(is_loopback_url(url) for url in urls):
            raise ValueError(value)
        return value

    @property
    def is_live(self) -> bool:
        """Whether a request can leave this machine."""
        return not all(is_loopback_url(url) for url in (self.oai_url, self.rss_url, self.query_url))


class ClassifierSettings(Section):
    """Training and keeping models."""

    models: DirectoryPath = Field(
        default=Path("var/models"), description="The directory of trained models."
    )
    background: Natural = Field(
        default=5000, description="Number of undecided papers used as background in training."
    )
    seed: Natural = Field(default=0, description="The seed of every random choice in training.")
    keep: Natural = Field(
        default=10,
        description="Number of trained models to keep, 0 for all. The current model and the one "
        "before it are always kept.",
    )
    reports: DirectoryPath = Field(
        default=Path("var/reports"), description="The directory of evaluation reports."
    )
    representations: Representations = Field(
        default=("tfidf",),
        description="What models see of a text. TF-IDF always; those named after it are tried in "
        "training and become part of the model where held-out decisions show that they help.",
    )
    retrain_after: Natural = Field(
        default=0,
        description="Number of decisions new to the current model after which `run` trains again. "
        "0: only `train` trains.",
    )
    follow: Switch = Field(
        default=True,
        description="Whether `serve` lets the order of likely papers follow each decision at once; "
        "probabilities change by training only.",
    )


class ReviewSettings(AccessSettings):
    """The approval queue."""

    host: Host = Field(
        default="127.0.0.1",
        description="The address the review pages listen on. `serve` refuses others than loopback "
        "until there is an account and TLS before it.",
    )
    port: Port = Field(default=8765, description="The port they listen on. 0: any free port.")
    reviewer: Text = Field(
        default="", description="The name recorded with decisions. Empty: your login name."
    )
    likely_from: Percent = Field(
        default=50,
        description="The limit of the queue's first view: papers at least this likely to be in "
        "scope, in percent.",
    )
    return_margin: Percent = Field(
        default=20,
        description="A rejected paper returns to the inbox if the model finds a newer text "
        "likelier than the rejected one by this many percentage points, and at least as likely as "
        "`likely_from`.",
    )
    set_aside_below: Percent = Field(
        default=10,
        description="Papers less likely than this percentage are set aside: counted and sampled "
        "by the audit, not screened. 0: none.",
    )
    keys: Annotated[KeyBindings, AfterValidator(known_keys)] = Field(
        default=(),
        description="Keys of the review pages that differ from the built-in ones, such as "
        '"approve=y". Each reviewer can change them in the pages too.',
    )
    rulings: FilePath = Field(
        default=Path("rulings.toml"),
        description="The file of rulings, which `ruling export` writes and `ruling import` reads: "
        "plain text, for the survey's repository.",
    )
    language: PageLanguage = Field(
        default="auto",
        description="The language of the review pages. auto: the one that the browser prefers.",
    )
    reasons: Reasons = Field(
        default=DEFAULT_REASONS,
        description="The reasons for rejecting a paper, as here or one [[review.reasons]] each. "
        "They replace the built-in ones; decisions keep the codes they were made with.",
    )
    rules: Rules = Field(
        default=(),
        description="Rules that may decide without a person, one [[review.rules]] each. None acts "
        "before it was replayed and enabled (`living-survey rule`).",
    )
    rules_most: Natural = Field(
        default=500, description="The most papers that a rule decides in one run."
    )
    rules_sample_percent: Percent = Field(
        default=5,
        description="The share of a rule's decisions of a week that is drawn for a person to read; "
        "at least five of them.",
    )


class Settings(Section):
    """All settings. Paths from `load_settings` are absolute."""

    survey: SurveySettings = SurveySettings()
    database: DatabaseSettings = DatabaseSettings()
    arxiv: ArxivSettings = ArxivSettings()
    classifier: ClassifierSettings = ClassifierSettings()
    review: ReviewSettings = ReviewSettings()
    team: TeamSettings = TeamSettings()
    api: ApiSettings = ApiSettings()
    digest: DigestSettings = DigestSettings()
    publish: PublishSettings = PublishSettings()
    site: SiteSettings = SiteSettings()
    list: ListSettings = ListSettings()
    feeds: FeedsSettings = FeedsSettings()
    hub: HubSettings = HubSettings()
    lint: LintSettings = LintSettings()
    enrich: EnrichSettings = EnrichSettings()
    mail: MailSettings = MailSettings()
    subscribers: SubscribersSettings = SubscribersSettings()
    suggestions: SuggestionsSettings = SuggestionsSettings()
    translate: TranslateSettings = TranslateSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    backup: BackupSettings = BackupSettings()
    monitor: MonitorSettings = MonitorSettings()
    alerts: AlertsSettings = AlertsSettings()
    runtime: RuntimeSettings = RuntimeSettings()
    log: LogSettings = LogSettings()
    #: for replays and tests; None: the system's clock
    now: datetime | None = None
    #: the directory that relative paths start at
    root: Path = Path()
    #: the file that was read; None: defaults and environment only
    file: Path | None = None
    #: the environment variables that were read, for child processes that use the same settings
    variables: Mapping[str, str] = {}


SECTIONS: Mapping[str, type[Section]] = {
    "survey": SurveySettings,
    "database": DatabaseSettings,
    "arxiv": ArxivSettings,
    "classifier": ClassifierSettings,
    "review": ReviewSettings,
    "team": TeamSettings,
    "api": ApiSettings,
    "digest": DigestSettings,
    "publish": PublishSettings,
    "site": SiteSettings,
    "list": ListSettings,
    "feeds": FeedsSettings,
    "hub": HubSettings,
    "lint": LintSettings,
    "enrich": EnrichSettings,
    "mail": MailSettings,
    "subscribers": SubscribersSettings,
    "suggestions": SuggestionsSettings,
    "translate": TranslateSettings,
    "schedule": ScheduleSettings,
    "backup": BackupSettings,
    "monitor": MonitorSettings,
    "alerts": AlertsSettings,
    "runtime": RuntimeSettings,
    "log": LogSettings,
}
