-- What OAI was asked for and answered, and days of the ledger that a person accepted. Append-only.

-- One harvest that was read to its end. Nothing says so for a broken one, whose days stay uncovered.
CREATE TABLE harvest_window (
    source VARCHAR NOT NULL,           -- 'oai' or 'snapshot'
    set_name VARCHAR NOT NULL,         -- OAI set; empty: all of arXiv
    from_day DATE NOT NULL,            -- OAI datestamps (UTC), both days inclusive
    until_day DATE NOT NULL,
    answered_at TIMESTAMP NOT NULL,    -- by arXiv's clock
    empty BOOLEAN NOT NULL             -- no record although the calendar expects some
);

-- Windows of earlier backfills: each complete one was kept as a cursor, a call as a row.
INSERT INTO harvest_window
SELECT 'oai', split_part(substr(name, 10), ' ', 1),
       CAST(regexp_extract(name, ' (\d{4}-\d{2}-\d{2})\.\.', 1) AS DATE),
       CAST(regexp_extract(name, '\.\.(\d{4}-\d{2}-\d{2})$', 1) AS DATE),
       saved_at, false
FROM source_cursor
WHERE regexp_matches(name, '^backfill:[^ ]+ \d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}$');

INSERT INTO harvest_window
SELECT 'oai', known.set_name, backfilled.from_day, backfilled.until_day, backfilled.finished_at,
       false
FROM backfilled
CROSS JOIN (
    SELECT DISTINCT split_part(regexp_replace(name, '^(oai|backfill):', ''), ' ', 1) AS set_name
    FROM source_cursor
    WHERE regexp_matches(name, '^(oai|backfill):.')
) AS known;

-- Earlier runs kept only their last day. Each began three days (the default overlap) before the end
-- of the one before, so they are one window from the first run that succeeded, or from the first feed
-- of a category of the set, whichever is later.
INSERT INTO harvest_window
SELECT 'oai', cursors.set_name,
       CAST(greatest(first_run.day, coalesce(min(feed_check.day), first_run.day))
            - INTERVAL 3 DAY AS DATE),
       cursors.last_day, cursors.saved_at, false
FROM (
    SELECT substr(name, 5) AS set_name, CAST(value AS DATE) AS last_day, saved_at
    FROM source_cursor
    WHERE name LIKE 'oai:_%' AND TRY_CAST(value AS DATE) IS NOT NULL
) AS cursors
CROSS JOIN (
    SELECT CAST(min(started_at) AS DATE) AS day
    FROM run_start JOIN run_end USING (run_id)
    WHERE command IN ('run', 'fetch') AND status = 'done'
) AS first_run
LEFT JOIN feed_check
    ON split_part(feed_check.category, '.', 1) = split_part(cursors.set_name, ':', 1)
WHERE first_run.day IS NOT NULL
GROUP BY cursors.set_name, cursors.last_day, cursors.saved_at, first_run.day
HAVING CAST(greatest(first_run.day, coalesce(min(feed_check.day), first_run.day))
            - INTERVAL 3 DAY AS DATE) <= cursors.last_day;

CREATE VIEW harvests AS
SELECT source, set_name, from_day, until_day, answered_at, empty FROM harvest_window;

-- A person's answer to a day that stays incomplete, or the withdrawal of that answer.
CREATE TABLE ledger_acceptance (
    seq BIGINT NOT NULL,
    day DATE NOT NULL,
    category VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- 'accept' or 'withdraw'
    person VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,           -- empty for 'withdraw'
    missing VARCHAR[] NOT NULL,        -- accepted as missing; a paper missing later is no part of it
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW ledger_acceptances AS
SELECT day, category, reason, missing, person AS accepted_by, happened_at AS accepted_at
FROM ledger_acceptance
QUALIFY row_number() OVER (PARTITION BY day, category ORDER BY seq DESC) = 1 AND kind = 'accept';
