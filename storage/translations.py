"""Store machine translations of titles and abstracts with their provenance. Append-only."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session

_ADD = """
INSERT INTO translation
SELECT (SELECT coalesce(max(seq), 0) FROM translation) + row_number() OVER (ORDER BY field),
       $arxiv_id, field, $language, source_hash, content, $model, $host, $prompt_hash,
       CAST($translated_at AS TIMESTAMP), $run_id
FROM (
    SELECT unnest(from_json($rows, '[{
        "field": "VARCHAR", "source_hash": "VARCHAR", "content": "VARCHAR"
    }]'), recursive := true)
)
"""
_REFUSE = """
INSERT INTO translation_refusal
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM translation_refusal), $arxiv_id, $language,
       $source_hash, $model, $cause, CAST($refused_at AS TIMESTAMP), $run_id
"""
_OF = """
SELECT arxiv_id, field, language, source_hash, content, model, host, prompt_hash, translated_at
FROM translation
WHERE language = $language AND field = $field AND arxiv_id IN (FROM listed($ids))
  AND ($at IS NULL OR translated_at <= CAST($at AS TIMESTAMP))
QUALIFY row_number() OVER (PARTITION BY arxiv_id ORDER BY seq DESC) = 1
"""
#: columns between the first and the last of `_OF`
_TEXTS = ("field", "language", "source_hash", "content", "model", "host", "prompt_hash")
_REFUSED = """
SELECT arxiv_id, source_hash FROM translation_refusal
WHERE language = $language AND model = $model
"""


@dataclass(frozen=True, slots=True)
class Translation:
    """One text that a machine translated."""

    arxiv_id: str
    #: `title` or `abstract`
    field: str
    language: str
    #: of the text that was translated
    source_hash: str
    content: str
    model: str
    host: str
    prompt_hash: str
    translated_at: datetime

    def is_of(self, text: str) -> bool:
        """Return whether this is the translation of a text as it is now."""
        return self.source_hash == text_hash(text)


def text_hash(text: str) -> str:
    """Return the sha256 of a text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Translations:
    """The tables `translation` and `translation_refusal`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, translations: Sequence[Translation], run_id: str | None) -> None:
        """Record the translations of one paper from one answer."""
        if not translations:
            return
        first = translations[0]
        rows = [
            {"field": one.field, "source_hash": one.source_hash, "content": one.content}
            for one in translations
        ]
        self._session.write(
            _ADD,
            {
                "arxiv_id": first.arxiv_id,
                "language": first.language,
                "model": first.model,
                "host": first.host,
                "prompt_hash": first.prompt_hash,
                "translated_at": to_utc(first.translated_at),
                "rows": rows_json(rows),
                "run_id": run_id,
            },
        )

    def refuse(
        self,
        arxiv_id: str,
        language: str,
        *,
        source_hash: str,
        model: str,
        cause: str,
        now: datetime,
        run_id: str | None,
    ) -> None:
        """Record that an answer was no translation."""
        self._session.write(
            _REFUSE,
            {
                "arxiv_id": arxiv_id,
                "language": language,
                "source_hash": source_hash,
                "model": model,
                "cause": cause,
                "refused_at": to_utc(now),
                "run_id": run_id,
            },
        )

    def refused(self, language: str, model: str) -> set[tuple[str, str]]:
        """Return papers and source hashes that this model could not translate."""
        rows = self._session.rows(_REFUSED, {"language": language, "model": model})
        return {(arxiv_id, source_hash) for arxiv_id, source_hash in rows}

    def of(
        self,
        field: str,
        language: str,
        arxiv_ids: Sequence[str],
        *,
        at: datetime | None = None,
    ) -> Mapping[str, Translation]:
        """Return the newest translation by paper, of whatever text; `at`: as they were then."""
        asked = {
            "field": field,
            "language": language,
            "ids": texts_json(arxiv_ids),
            "at": None if at is None else to_utc(at),
        }
        found = {}
        for arxiv_id, *texts, translated_at in self._session.rows(_OF, asked):
            named = dict(zip(_TEXTS, texts, strict=True))
            found[arxiv_id] = Translation(
                arxiv_id=arxiv_id, translated_at=from_utc(translated_at), **named
            )
        return found
