-- Incomplete feeds: items without a readable ID, or cut off by arXiv at its cap. Such a day is unknown
-- until OAI's list of it has been read whole. Append-only. Tables of their own, because older versions
-- of the program write `feed_check`.
CREATE TABLE feed_gap (
    day DATE NOT NULL,
    category VARCHAR NOT NULL,
    checked_at TIMESTAMP NOT NULL,     -- as in feed_check
    items INTEGER NOT NULL             -- that may have announced papers in this category
);

CREATE TABLE feed_gap_closed (
    day DATE NOT NULL,
    category VARCHAR NOT NULL,
    closed_at TIMESTAMP NOT NULL       -- when OAI's list of that day had been read whole
);

-- As in 0003, but a day with a gap is neither complete nor quiet. The last check that was not stale
-- counts: a later complete feed closes the gap, a stale one does not.
CREATE OR REPLACE VIEW ledger AS
WITH listed AS (
    SELECT DISTINCT day, category, arxiv_id
    FROM announcement
    WHERE announce_type IN ('new', 'cross')
),
tally AS (
    SELECT listed.day, listed.category,
           count(*) AS announced,
           count(paper.arxiv_id) AS held,
           list(listed.arxiv_id ORDER BY listed.arxiv_id)
               FILTER (WHERE paper.arxiv_id IS NULL) AS missing,
           list(listed.arxiv_id ORDER BY listed.arxiv_id) AS announced_ids,
           list({'arxiv_id': paper.arxiv_id, 'source': paper.source} ORDER BY paper.arxiv_id)
               FILTER (WHERE paper.arxiv_id IS NOT NULL) AS held_from
    FROM listed
    LEFT JOIN paper ON paper.arxiv_id = listed.arxiv_id
    GROUP BY listed.day, listed.category
),
last_check AS (
    SELECT day, category,
           max(checked_at) AS checked_at,
           max(checked_at) FILTER (WHERE NOT stale) AS told_at,
           arg_max(stale, checked_at) AS stale,
           arg_max(calendar_quiet, checked_at) AS calendar_quiet
    FROM feed_check
    GROUP BY day, category
),
gap AS (
    SELECT day, category, checked_at, max(items) AS items
    FROM feed_gap
    WHERE NOT EXISTS (
        SELECT 1 FROM feed_gap_closed AS closed
        WHERE closed.day = feed_gap.day AND closed.category = feed_gap.category)
    GROUP BY day, category, checked_at
),
known AS (
    SELECT day, category FROM announcement
    UNION SELECT day, category FROM feed_check
    UNION SELECT day, category FROM expected_day
),
-- LEFT JOINs from the days, so that a query for some days counts only those.
joined AS (
    SELECT known.day, known.category, last_check.checked_at,
           coalesce(last_check.stale, false) AS stale,
           coalesce(last_check.calendar_quiet, false) AS calendar_quiet,
           coalesce(tally.announced, 0) AS announced,
           coalesce(tally.held, 0) AS held,
           coalesce(tally.missing, CAST([] AS VARCHAR[])) AS missing,
           coalesce(tally.announced_ids, CAST([] AS VARCHAR[])) AS announced_ids,
           coalesce(tally.held_from, CAST([] AS STRUCT(arxiv_id VARCHAR, source VARCHAR)[]))
               AS held_from,
           sum(coalesce(tally.announced, 0)) OVER (PARTITION BY known.day) AS announced_that_day,
           coalesce(gap.items, 0) AS untold
    FROM known
    LEFT JOIN tally ON tally.day = known.day AND tally.category = known.category
    LEFT JOIN last_check
        ON last_check.day = known.day AND last_check.category = known.category
    LEFT JOIN gap
        ON gap.day = known.day AND gap.category = known.category
        AND gap.checked_at = last_check.told_at
)
SELECT day, category, announced, held, missing,
       CASE WHEN held < announced THEN 'incomplete'
            WHEN untold > 0 THEN 'unknown'
            WHEN announced > 0 THEN 'complete'
            WHEN calendar_quiet THEN 'quiet'
            WHEN checked_at IS NOT NULL AND NOT stale AND announced_that_day > 0 THEN 'complete'
            ELSE 'unknown' END AS status,
       announced = 0 AND stale AND NOT calendar_quiet AS stale,
       checked_at,
       announced_ids,
       held_from,
       (SELECT max(finished_at) FROM backfilled
        WHERE joined.day BETWEEN from_day AND until_day
          AND finished_at > joined.day + INTERVAL 1 DAY) AS backfilled_at,
       untold
FROM joined;
