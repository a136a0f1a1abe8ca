-- Days without a feed, windows harvested later, late papers, resolved quarantine records. All
-- append-only.

-- A day on which the calendar expects announcements, recorded by a run. Without a feed_check its feed
-- was never read, and arXiv does not serve it again.
CREATE TABLE expected_day (
    day DATE NOT NULL,
    category VARCHAR NOT NULL,
    noted_at TIMESTAMP NOT NULL
);

-- Windows of OAI datestamps that `backfill` harvested in all sets.
CREATE TABLE backfilled (
    from_day DATE NOT NULL,
    until_day DATE NOT NULL,
    finished_at TIMESTAMP NOT NULL
);

CREATE TABLE late_arrival (
    arxiv_id VARCHAR NOT NULL,
    due_day DATE NOT NULL,             -- the announcement day it belonged to
    arrived_day DATE NOT NULL,         -- the day it was announced or first seen
    noted_at TIMESTAMP NOT NULL
);

CREATE TABLE quarantine_resolution (
    raw_hash VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,           -- as quarantined: the three identify the record
    papers INTEGER NOT NULL,           -- how many papers it contained
    resolved_at TIMESTAMP NOT NULL
);

-- A category without papers in a feed with papers for others is complete; an empty feed is quiet only
-- by the calendar.
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
           arg_max(stale, checked_at) AS stale,
           arg_max(calendar_quiet, checked_at) AS calendar_quiet
    FROM feed_check
    GROUP BY day, category
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
           sum(coalesce(tally.announced, 0)) OVER (PARTITION BY known.day) AS announced_that_day
    FROM known
    LEFT JOIN tally ON tally.day = known.day AND tally.category = known.category
    LEFT JOIN last_check
        ON last_check.day = known.day AND last_check.category = known.category
)
SELECT day, category, announced, held, missing,
       CASE WHEN announced > 0 AND held = announced THEN 'complete'
            WHEN announced > 0 THEN 'incomplete'
            WHEN calendar_quiet THEN 'quiet'
            WHEN checked_at IS NOT NULL AND NOT stale AND announced_that_day > 0 THEN 'complete'
            ELSE 'unknown' END AS status,
       announced = 0 AND stale AND NOT calendar_quiet AS stale,
       checked_at,
       announced_ids,
       held_from,
       (SELECT max(finished_at) FROM backfilled
        WHERE joined.day BETWEEN from_day AND until_day
          AND finished_at > joined.day + INTERVAL 1 DAY) AS backfilled_at
FROM joined;

CREATE OR REPLACE VIEW quarantine AS
SELECT quarantined_at, source, reason, raw_path, arxiv_id, raw, raw_hash
FROM quarantined
WHERE NOT EXISTS (
    SELECT 1 FROM quarantine_resolution AS resolved
    WHERE resolved.raw_hash = quarantined.raw_hash AND resolved.source = quarantined.source
      AND resolved.reason = quarantined.reason);

CREATE VIEW late_arrivals AS
SELECT arxiv_id, due_day, arrived_day, noted_at FROM late_arrival;
