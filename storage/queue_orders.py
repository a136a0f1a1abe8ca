"""Make the SQL of a page in each reading order.

A first query finds the edges: how far the sorted columns of the page's papers reach. The page's
query then reads only rows within, because reading the IDs of millions to break ties takes longer
than the page may.
"""

from collections.abc import Mapping

from config.orders import LIKELY_IN_TURN, UNCERTAIN_IN_TURN
from storage.engine.session import Row
from storage.queue_filter import QueueRow

#: what a list shows of a paper
SHOWN = "arxiv_id, title, in_scope, top_section, announced, open_facets, primary_category"
_TOP = """
(SELECT {last}(value) FROM (
    SELECT {column} AS value FROM waiting WHERE {{condition}} ORDER BY value {way} LIMIT $most))
"""
_LIKELY = _TOP.format(last="min", column="in_scope", way="DESC")
# Both sides of one half, because the blocks of other rows are then skipped.
_UNCERTAIN = """
(SELECT max(value) FROM (
    SELECT abs(value - 0.5) AS value FROM (
        (SELECT in_scope AS value FROM waiting WHERE in_scope >= 0.5 AND {condition}
         ORDER BY value LIMIT $most)
        UNION ALL
        (SELECT in_scope AS value FROM waiting WHERE in_scope < 0.5 AND {condition}
         ORDER BY value DESC LIMIT $most))
    ORDER BY value LIMIT $most))
"""
#: by order: the edge of its column and, for `mixed`, of a second one
_EDGES: Mapping[str, tuple[str, ...]] = {
    "likely": (_LIKELY,),
    "uncertain": (_UNCERTAIN,),
    "mixed": (_LIKELY, _UNCERTAIN),
    "random": (_TOP.format(last="max", column="random_place", way=""),),
    "newest": (_TOP.format(last="min", column="announced", way="DESC NULLS LAST"),),
}
_ABOVE = "in_scope >= $edge_0"
# a little more, because 0.5 + distance is rounded
_BETWEEN = "in_scope BETWEEN 0.5 - $edge_{0} - 1e-9 AND 0.5 + $edge_{0} + 1e-9"
_WITHIN: Mapping[str, str] = {
    "likely": _ABOVE,
    "uncertain": _BETWEEN.format(0),
    "random": "random_place <= $edge_0",
    # without a date is last: then the edge is null or the earliest day
    "newest": "(announced >= $edge_0 OR announced IS NULL)",
}
_BY: Mapping[str, str] = {
    "likely": "in_scope DESC",
    "uncertain": "abs(in_scope - 0.5)",
    "random": "random_place",
    "newest": "announced DESC NULLS LAST, in_scope DESC",
}
# A window instead of LIMIT, for which DuckDB would join the table with itself.
_PAGE = """
SELECT {columns}
FROM waiting
WHERE {condition}{within}
QUALIFY row_number() OVER (ORDER BY {by}, arxiv_id) BETWEEN $offset + 1 AND $offset + $limit
ORDER BY {by}, arxiv_id
"""
_FOLLOWED = """
SELECT {columns}
FROM (FROM waiting WHERE {condition} AND in_scope >= least($edge_0, $least)) AS possible
LEFT JOIN followed USING (arxiv_id)
QUALIFY row_number() OVER (ORDER BY coalesce(score, in_scope) DESC, arxiv_id)
    BETWEEN $offset + 1 AND $offset + $limit
ORDER BY coalesce(score, in_scope) DESC, arxiv_id
"""
# Alternates between both orders; a paper in both appears where it comes first.
_MIXED = f"""
WITH likely AS (
    SELECT rowid AS row_id, row_number() OVER (ORDER BY in_scope DESC, arxiv_id) - 1 AS place
    FROM waiting WHERE {_ABOVE} AND {{condition}}
),
uncertain AS (
    SELECT rowid AS row_id,
           row_number() OVER (ORDER BY abs(in_scope - 0.5), arxiv_id) - 1 AS place
    FROM waiting WHERE {_BETWEEN.format(1)} AND {{condition}}
),
turns AS (
    SELECT row_id, {{turn}} * (place // {{likely}}) + place % {{likely}} AS turn FROM likely
    UNION ALL
    SELECT row_id, {{turn}} * (place // {{uncertain}}) + {{likely}} + place % {{uncertain}}
    FROM uncertain
)
SELECT {{columns}}
FROM waiting
JOIN (
    SELECT row_id, min(turn) AS turn FROM turns GROUP BY row_id
    ORDER BY turn LIMIT $limit OFFSET $offset
) AS chosen ON chosen.row_id = waiting.rowid
ORDER BY chosen.turn
"""  # noqa: S608  made of constants


def edges_sql(order: str, condition: str) -> str:
    """Return the query of the edges among the first `$most` papers."""
    return f"SELECT {', '.join(_EDGES[order]).format(condition=condition)}"


def page_sql(order: str, condition: str, *, edges: bool, columns: str) -> str:
    """Return the query of the papers of a page, within `$edge_0` and `$edge_1` if they are known.

    The mixed order needs them.
    """
    if order == "mixed":
        return _MIXED.format(
            columns=columns,
            condition=condition,
            likely=LIKELY_IN_TURN,
            uncertain=UNCERTAIN_IN_TURN,
            turn=LIKELY_IN_TURN + UNCERTAIN_IN_TURN,
        )
    within = f" AND {_WITHIN[order]}" if edges else ""
    return _PAGE.format(columns=columns, condition=condition, within=within, by=_BY[order])


def followed_page_sql(condition: str, columns: str) -> str:
    """Return the query of the papers of a page of likely ones, in the order that decisions gave.

    Papers that have no score in it are ordered by their probability. `$edge_0` is that of the
    page's papers and as many as have a score, `$least` the lowest probability of those.
    """
    return _FOLLOWED.format(condition=condition, columns=columns)


def queue_row(row: Row) -> QueueRow:
    """Return the row of a query for `SHOWN`."""
    arxiv_id, title, in_scope, top_section, announced, open_facets, primary_category = row
    return QueueRow(
        arxiv_id, title, in_scope, top_section, announced, tuple(open_facets), primary_category
    )
