"""Read the titles of papers: former ones, and which papers have a title."""

from collections import defaultdict
from collections.abc import Iterable

from storage.engine.parameters import texts_json
from storage.engine.session import Session

# A decision keeps the text it was made on, also where a source sent the change unseen.
_FORMER = """
SELECT arxiv_id, title
FROM (
    SELECT arxiv_id, old AS title, seen_at
    FROM change
    WHERE kind = 'title' AND old IS NOT NULL AND arxiv_id IN (FROM listed($ids))
    UNION ALL
    SELECT arxiv_id, title, NULL AS seen_at
    FROM decided_text
    WHERE arxiv_id IN (FROM listed($ids))
) AS former
WHERE title NOT IN (SELECT paper.title FROM paper WHERE paper.arxiv_id = former.arxiv_id)
ORDER BY arxiv_id, seen_at DESC NULLS LAST, title
"""
# Letters and digits only, without case, accents and commands of TeX.
_KEY = r"""
regexp_replace(strip_accents(lower(regexp_replace({0}, '\\[A-Za-z]+', '', 'g'))),
               '[^\p{{L}}\p{{N}}]+', '', 'g')
"""
_WHOLE = _KEY.format("title")
_PART = _KEY.format("substr(title, strpos(title, ':') + 1)")
# The keys of two million titles take long, so they are made only of those that begin or end as a
# wanted one does, before or after a colon, or have a command of TeX.
_PLAIN = "strip_accents(lower(title))"
_STARTS = f"left({_PLAIN}, 10)"
_PART_STARTS = f"left(ltrim(substr({_PLAIN}, strpos({_PLAIN}, ':') + 1)), 10)"
_ENDS = f"right({_PLAIN}, 24)"
# Three joins by equality, because an OR would compare every pair.
_TITLED = rf"""
WITH wanted AS (SELECT DISTINCT item AS title FROM listed($titles)),
starts AS (SELECT {_STARTS} FROM wanted UNION SELECT {_PART_STARTS} FROM wanted),
ends AS (SELECT {_ENDS} FROM wanted),
near AS MATERIALIZED (
    SELECT arxiv_id, title
    FROM (SELECT arxiv_id, title FROM paper
          UNION ALL
          SELECT arxiv_id, old FROM change WHERE kind = 'title' AND old IS NOT NULL)
    WHERE {_STARTS} IN (FROM starts) OR {_PART_STARTS} IN (FROM starts) OR {_ENDS} IN (FROM ends)
       OR contains(title, '\')
),
asked AS MATERIALIZED (
    SELECT title, {_WHOLE} AS whole, CASE WHEN title LIKE '%:%' THEN {_PART} END AS part
    FROM wanted
),
had AS MATERIALIZED (
    SELECT arxiv_id, {_WHOLE} AS whole, CASE WHEN title LIKE '%:%' THEN {_PART} END AS part
    FROM near
)
SELECT asked.title, had.arxiv_id FROM asked JOIN had ON asked.whole = had.whole
WHERE asked.whole <> ''
UNION
SELECT asked.title, had.arxiv_id FROM asked JOIN had ON asked.part = had.whole
WHERE length(asked.part) >= $least
UNION
SELECT asked.title, had.arxiv_id FROM asked JOIN had ON asked.whole = had.part
WHERE length(asked.whole) >= $least
ORDER BY 1, 2
"""  # noqa: S608  made of constants
#: letters and digits that a title without its name before the colon needs to be looked for
_LEAST = 16


class Titles:
    """Titles in the tables `paper`, `change` and `decided_text`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def former(self, arxiv_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the titles that papers had before, newest first, without the current one."""
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for arxiv_id, title in self._session.rows(_FORMER, {"ids": texts_json(arxiv_ids)}):
            found[arxiv_id][title] = None
        return {arxiv_id: tuple(titles) for arxiv_id, titles in found.items()}

    def holders(self, titles: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the papers with these titles, now or before, for each title that has any.

        Compared are letters and digits; what stands before a colon may be missing on one side. The
        result names candidates: whether they are the same paper is for the caller to decide.
        """
        wanted = list(titles)
        if not wanted:
            return {}
        found: defaultdict[str, list[str]] = defaultdict(list)
        parameters = {"titles": texts_json(wanted), "least": _LEAST}
        for title, arxiv_id in self._session.rows(_TITLED, parameters):
            found[title].append(arxiv_id)
        return {title: tuple(ids) for title, ids in found.items()}
