-- Taxonomy changes and the sections they give to earlier decisions, append-only. A decision keeps its
-- own section IDs; `placement` has the current ones.

-- Taxonomies as they were written, so that the digest of an old week can be built again.
CREATE TABLE taxonomy_text (
    fingerprint VARCHAR NOT NULL,
    content VARCHAR NOT NULL           -- TOML
);

CREATE TABLE taxonomy_change (
    seq BIGINT NOT NULL,               -- order of application
    change_id VARCHAR NOT NULL,
    from_fingerprint VARCHAR NOT NULL,
    to_fingerprint VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL,
    applied_by VARCHAR NOT NULL,
    models VARCHAR[] NOT NULL          -- models with predictions stored before it
);

CREATE TABLE section_move (
    change_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- rename, move, merge, split, dissolve, add, relabel or edit
    old_section VARCHAR,               -- null for add
    new_sections VARCHAR[] NOT NULL    -- empty for dissolve
);

-- Decisions recorded after a change are not affected by it, even if an old ID is still in use.
CREATE TABLE placement (
    seq BIGINT NOT NULL,               -- of the change
    decision_id VARCHAR NOT NULL,
    sections VARCHAR[] NOT NULL,
    unplaced BOOLEAN NOT NULL,         -- an approval that a reviewer must place again
    placed_at TIMESTAMP NOT NULL
);

CREATE VIEW taxonomy_changes AS
SELECT change.change_id, change.applied_at, change.applied_by, move.kind, move.old_section,
       move.new_sections, change.from_fingerprint, change.to_fingerprint, change.seq
FROM taxonomy_change AS change
JOIN section_move AS move USING (change_id);

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
       coalesce(placed.unplaced, false) AS unplaced
FROM decision_event AS made
LEFT JOIN undone ON undone.decision_id = made.decision_id
LEFT JOIN placed ON placed.decision_id = made.decision_id
WHERE made.kind = 'decide';

-- An approval that lost its section is in the queue again and stays approved meanwhile.
CREATE OR REPLACE VIEW queue AS
SELECT arxiv_id, in_scope, top_section, in_scope AS priority, predicted_at
FROM prediction
WHERE newest
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing AND NOT unplaced)
  AND arxiv_id NOT IN (SELECT arxiv_id FROM paper WHERE withdrawn);
