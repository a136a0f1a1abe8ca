-- Reasons of rejections, conditions of deferrals, decisions recorded as one act, what reviewers prefer
-- and what they highlight. All append-only.

-- No DEFAULT, as in 0005. NULL in older rows means not stated.
ALTER TABLE decision_event ADD COLUMN reason VARCHAR;
ALTER TABLE decision_event ADD COLUMN batch_id VARCHAR;
ALTER TABLE decision_event ADD COLUMN return_on DATE;
ALTER TABLE decision_event ADD COLUMN return_after_version INTEGER;

-- Decisions recorded together, so that they can be named and undone together.
CREATE TABLE decision_batch (
    batch_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- bulk, file or list
    source VARCHAR,                    -- name of the file
    reviewer VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);

CREATE VIEW decision_batches AS
SELECT batch_id, kind, source, reviewer, recorded_at FROM decision_batch;

CREATE TABLE preference_event (
    seq BIGINT NOT NULL,
    reviewer VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,            -- JSON
    happened_at TIMESTAMP NOT NULL
);

CREATE TABLE highlight_event (
    seq BIGINT NOT NULL,
    kind VARCHAR NOT NULL,             -- set or clear
    arxiv_id VARCHAR NOT NULL,
    reviewer VARCHAR NOT NULL,
    sentence VARCHAR NOT NULL,         -- may be empty
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW highlights AS
SELECT arxiv_id, reviewer, sentence, happened_at AS highlighted_at
FROM highlight_event
QUALIFY row_number() OVER (PARTITION BY arxiv_id, reviewer ORDER BY seq DESC) = 1 AND kind = 'set';

-- As in 0004, with the new columns.
CREATE OR REPLACE VIEW decisions AS
WITH undone AS (
    SELECT decision_id,
           arg_min(reviewer, seq) AS undone_by,
           arg_min(happened_at, seq) AS undone_at
    FROM decision_event
    WHERE kind = 'undo'
    GROUP BY decision_id
),
placed AS (
    SELECT decision_id, arg_max(sections, seq) AS sections, arg_max(unplaced, seq) AS unplaced
    FROM placement
    GROUP BY decision_id
)
SELECT made.decision_id, made.arxiv_id, made.verdict,
       coalesce(placed.sections, made.sections) AS sections,
       made.reviewer, made.note,
       made.happened_at AS decided_at, undone.undone_by, undone.undone_at,
       undone.decision_id IS NULL AND row_number() OVER (
           PARTITION BY made.arxiv_id
           ORDER BY undone.decision_id IS NOT NULL, made.happened_at DESC, made.seq DESC
       ) = 1 AS standing,
       made.content_hash, made.seq,
       made.sections AS sections_as_decided,
       coalesce(placed.unplaced, false) AS unplaced,
       made.reason, made.batch_id, made.return_on, made.return_after_version
FROM decision_event AS made
LEFT JOIN undone ON undone.decision_id = made.decision_id
LEFT JOIN placed ON placed.decision_id = made.decision_id
WHERE made.kind = 'decide';
