-- The views analysts may rely on; `storage/comments.sql` describes every column.

CREATE VIEW papers AS
SELECT arxiv_id, version, title, abstract, authors, categories, primary_category, comment, doi,
       journal_ref, license, submitted_at, updated_at, withdrawn, first_seen_at, content_hash,
       source, datestamp, changed_at
FROM paper;

CREATE VIEW paper_versions AS
SELECT arxiv_id, version, submitted_at, seen_at, withdrawn FROM paper_version;

CREATE VIEW changes AS
SELECT arxiv_id, kind, old, new, source, seen_at FROM change;

CREATE VIEW predictions AS
SELECT arxiv_id, model_id, in_scope, sections, facets, predicted_at, top_section, terms,
       content_hash, newest
FROM prediction;

-- A decision is live until it is undone; the last live one of a paper is standing.
CREATE VIEW decisions AS
WITH undone AS (
    SELECT decision_id,
           arg_min(reviewer, seq) AS undone_by,
           arg_min(happened_at, seq) AS undone_at
    FROM decision_event
    WHERE kind = 'undo'
    GROUP BY decision_id
)
SELECT made.decision_id, made.arxiv_id, made.verdict, made.sections, made.reviewer, made.note,
       made.happened_at AS decided_at, undone.undone_by, undone.undone_at,
       undone.decision_id IS NULL AND row_number() OVER (
           PARTITION BY made.arxiv_id
           ORDER BY undone.decision_id IS NOT NULL, made.happened_at DESC, made.seq DESC
       ) = 1 AS standing,
       made.content_hash, made.seq
FROM decision_event AS made
LEFT JOIN undone ON undone.decision_id = made.decision_id
WHERE made.kind = 'decide';

CREATE VIEW queue AS
SELECT arxiv_id, in_scope, top_section, in_scope AS priority, predicted_at
FROM prediction
WHERE newest
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing)
  AND arxiv_id NOT IN (SELECT arxiv_id FROM paper WHERE withdrawn);

CREATE VIEW published AS
SELECT arxiv_id, target, section, published_at FROM publication;

CREATE VIEW ledger AS
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
               FILTER (WHERE paper.arxiv_id IS NULL) AS missing
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
)
SELECT day, category,
       coalesce(announced, 0) AS announced,
       coalesce(held, 0) AS held,
       coalesce(missing, CAST([] AS VARCHAR[])) AS missing,
       CASE WHEN announced > 0 AND held = announced THEN 'complete'
            WHEN announced > 0 THEN 'incomplete'
            WHEN calendar_quiet THEN 'quiet'
            ELSE 'unknown' END AS status,
       coalesce(announced IS NULL AND stale AND NOT calendar_quiet, false) AS stale,
       checked_at
FROM tally FULL JOIN last_check USING (day, category);

CREATE VIEW quarantine AS
SELECT quarantined_at, source, reason, raw_path, arxiv_id, raw FROM quarantined;

CREATE VIEW runs AS
SELECT start.run_id, start.command, start.started_at, ended.finished_at,
       coalesce(ended.status, 'running') AS status,
       coalesce(ended.counts, CAST(MAP {} AS MAP(VARCHAR, BIGINT))) AS counts,
       ended.error, start.seq
FROM run_start AS start
LEFT JOIN run_end AS ended ON ended.run_id = start.run_id;
