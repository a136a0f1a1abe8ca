"""Translate titles and abstracts of approved papers. Nothing else reads or waits for it but views.

Labels, predictions and decisions come from the original alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.errors import ConfigError
from config.loopback import is_loopback_url
from config.schema import Settings
from config.secret import first_line
from pipeline.enrich.services.answers import AnswerError
from pipeline.enrich.services.courtesy import OutOfTimeError
from pipeline.enrich.translation.answer import (
    PROMPT_HASH,
    Endpoint,
    RefusedError,
    ask_translation,
)
from pipeline.ingest.sources.web.service import Asker
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import Store
from storage.translations import Translation, text_hash
from storage.types import Paper

LANGUAGE = "zh"
FIELDS = ("title", "abstract")


@dataclass(frozen=True, slots=True)
class TranslateReport:
    """What one call translated."""

    translated: int
    #: cause -> papers whose answer was refused
    refused: Mapping[str, int]
    #: papers that still have no translation
    left: int
    #: why it stopped; empty: all were asked
    stopped: str


def endpoint_of(settings: Settings) -> Endpoint:
    """Return the endpoint of the settings.

    Raises:
        ConfigError: none is set up, or it would be asked without encryption.
    """
    own = settings.translate
    missing = [name for name in ("url", "model") if not getattr(own, name)]
    if missing:
        raise ConfigError(
            f"[translate] {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty, so"
            " nothing is translated.",
            hint="docs/guides/translate.md shows how to set it up.",
        )
    if not (own.url.startswith("https://") or is_loopback_url(own.url)):
        raise ConfigError(
            f"[translate] url {own.url} is neither https nor on this machine.",
            hint="Texts and the key would cross the network unencrypted.",
        )
    key = first_line(own.key_file, "[translate] key_file").strip() if own.key_file else ""
    return Endpoint(own.url, own.model, key)


def translate(
    services: Services, ask: Asker, endpoint: Endpoint, run: Run, *, limit: int
) -> TranslateReport:
    """Translate approved papers that have no translation of their present text, newest first.

    Each paper is stored on its own, so a call can be stopped anywhere. A text that the model could
    not translate is not sent to it again.
    """
    with services.open_store() as store:
        due = _due(store, endpoint.model)
    advance = run.progress("translating", total=min(len(due), limit))
    host = urlsplit(endpoint.url).hostname or ""
    refused: dict[str, int] = {}
    translated, stopped = 0, ""
    for paper in due[:limit]:
        now = services.clock()
        try:
            texts = ask_translation(ask, endpoint, paper.title, paper.abstract)
        except OutOfTimeError:
            stopped = "the time was over"
            break
        except AnswerError as error:
            stopped = f"the endpoint {error}"
            break
        except RefusedError as error:
            refused[str(error)] = refused.get(str(error), 0) + 1
            with services.open_store() as store:
                store.translations.refuse(
                    paper.arxiv_id,
                    LANGUAGE,
                    source_hash=_whole_hash(paper),
                    model=endpoint.model,
                    cause=str(error),
                    now=now,
                    run_id=run.run_id,
                )
            advance()
            continue
        rows = [
            Translation(
                paper.arxiv_id,
                field,
                LANGUAGE,
                text_hash(getattr(paper, field)),
                text,
                endpoint.model,
                host,
                PROMPT_HASH,
                now,
            )
            for field, text in zip(FIELDS, texts, strict=True)
        ]
        with services.open_store() as store:
            store.translations.add(rows, run.run_id)
        translated += 1
        advance()
    left = len(due) - translated - sum(refused.values())
    if left and not stopped:
        stopped = "the limit of papers was reached"
    run.count(translated=translated, refused=sum(refused.values()), left=left)
    return TranslateReport(translated, refused, left, stopped)


def _due(store: Store, model: str) -> list[Paper]:
    ids = [one.arxiv_id for one in store.decisions.approved()]
    papers = [one.paper for one in store.papers.get_many(ids).values()]
    have = {field: store.translations.of(field, LANGUAGE, ids) for field in FIELDS}
    refused = store.translations.refused(LANGUAGE, model)
    due = [
        paper
        for paper in papers
        if (paper.arxiv_id, _whole_hash(paper)) not in refused
        and not all(
            (one := have[field].get(paper.arxiv_id)) and one.is_of(getattr(paper, field))
            for field in FIELDS
        )
    ]
    return sorted(due, key=lambda paper: paper.arxiv_id, reverse=True)


def _whole_hash(paper: Paper) -> str:
    return text_hash(f"{paper.title}\n{paper.abstract}")
