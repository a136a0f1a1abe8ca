-- What a decision was made on, so that changes at arXiv come back as cases, and records without a text
-- to judge.

-- A text that says nothing of the paper: empty, a placeholder, or the title again.
CREATE MACRO words_of(written) AS
    trim(regexp_replace(lower(written), '[^\p{L}\p{N}]+', ' ', 'g'));

CREATE MACRO lacks_text(title, abstract) AS
    starts_with(lower(ltrim(abstract)), 'lorem ipsum')
    OR CASE WHEN length(abstract) > greatest(120, length(title) + 20) THEN false
            ELSE words_of(abstract) IN ('', words_of(title))
                 OR regexp_full_match(words_of(abstract),
                    '(the )?((no|without( an)?|empty|missing) abstract|abstract( not)?|not)?'
                    || '( ?(is|was|will|yet|to|be|been|has|not|currently|for|now|in|progress))*'
                    || '( ?(available|provided|given|added|announced|updated|uploaded|written'
                    || '|determined|done|follow|follows|supplied|submitted|missing|empty|pending'
                    || '|appear|coming|later|soon|here|online|yet))*'
                    || '|n a|na|none|nil|null|tb[acd]|todo|test|dummy|text|x+'
                    || '|(this is an? |abstract )?placeholder( for)?( the)?( abstract| text)?|(insert |your )+abstract( here)?'
                    || '|(please )?see (the |full )*(pdf|paper|text|file|attachment|article)')
       END;

-- One number for what is compared of a paper.
CREATE MACRO record_key_of(content_hash, record) AS
    md5_number_lower(concat_ws(chr(31), content_hash, CAST(record AS VARCHAR)));

-- Null: no. As in 0005 without DEFAULT.
ALTER TABLE paper ADD COLUMN incomplete BOOLEAN;

UPDATE paper SET incomplete = true WHERE lacks_text(title, abstract);

-- When arXiv was asked for the record of an incomplete paper again.
CREATE TABLE incomplete_ask (
    arxiv_id VARCHAR NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    outcome VARCHAR NOT NULL           -- whole, incomplete or failed
);

-- What was read beside the text; null for undos.
ALTER TABLE decision_event ADD COLUMN record STRUCT(
    version INTEGER, source VARCHAR, categories VARCHAR[], journal_ref VARCHAR, doi VARCHAR,
    withdrawn BOOLEAN);

-- Of older decisions: the present record, with the changes since taken back. A list is dated before
-- it was imported, so only changes since the first import count for it.
UPDATE decision_event SET record = before.record
FROM (
    WITH made AS (
        SELECT decision_id, arxiv_id, content_hash,
               CASE WHEN reviewer = 'list'
                    THEN greatest(happened_at, coalesce((SELECT min(started_at) FROM run_start
                                                         WHERE command = 'bootstrap'), happened_at))
                    ELSE happened_at END AS moment
        FROM decision_event
        WHERE kind = 'decide'
    ),
    first_change AS (
        SELECT made.decision_id, change.kind, arg_min(struct_pack(old := change.old),
                                                      change.seen_at) AS was
        FROM made
        JOIN change ON change.arxiv_id = made.arxiv_id AND change.seen_at > made.moment
        GROUP BY made.decision_id, change.kind
    ),
    former AS (
        SELECT decision_id,
               any_value(was) FILTER (kind = 'new_version') AS version,
               any_value(was) FILTER (kind = 'journal_ref') AS journal_ref,
               any_value(was) FILTER (kind = 'doi') AS doi,
               count(*) FILTER (kind = 'withdrawn') > 0 AS since_withdrawn,
               count(*) FILTER (kind = 'restored') > 0 AS since_restored
        FROM first_change
        GROUP BY decision_id
    )
    SELECT made.decision_id,
           struct_pack(
               version := coalesce(CAST(former.version.old AS INTEGER), paper.version),
               source := paper.source,
               categories := coalesce(kept.categories, paper.categories),
               journal_ref := if(former.journal_ref IS NULL, paper.journal_ref,
                                 former.journal_ref.old),
               doi := if(former.doi IS NULL, paper.doi, former.doi.old),
               withdrawn := CASE WHEN former.since_withdrawn THEN false
                                 WHEN former.since_restored THEN true
                                 ELSE paper.withdrawn END) AS record
    FROM made
    JOIN paper ON paper.arxiv_id = made.arxiv_id
    LEFT JOIN former ON former.decision_id = made.decision_id
    LEFT JOIN (
        SELECT arxiv_id, content_hash, any_value(categories) AS categories
        FROM decided_text
        GROUP BY arxiv_id, content_hash
    ) AS kept ON kept.arxiv_id = made.arxiv_id AND kept.content_hash = made.content_hash
) AS before
WHERE decision_event.decision_id = before.decision_id AND decision_event.kind = 'decide';

-- Decided papers whose record is no longer the one that was decided on. One row a paper, found again
-- from the records; a row without kinds was looked at and is no case.
CREATE TABLE correction_case (
    arxiv_id VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,      -- that stood
    base BIGINT NOT NULL,              -- seq of the resolution compared with; 0: the decision
    record_key UBIGINT NOT NULL,       -- of the record looked at
    kinds VARCHAR[] NOT NULL,          -- what differs, the gravest first
    rank INTEGER NOT NULL,             -- of the gravest
    score_before DOUBLE,               -- of a rejected paper: of the text decided on
    score_now DOUBLE,                  -- by the same model
    model_id VARCHAR,
    found_at TIMESTAMP NOT NULL
);

-- What reviewers did with cases, and what they took back. Append-only.
CREATE TABLE correction_event (
    seq BIGINT NOT NULL,
    kind VARCHAR NOT NULL,             -- resolve or undo
    resolves BIGINT NOT NULL,          -- seq of the resolution; its own for resolve
    arxiv_id VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,      -- that stands after it
    resolution VARCHAR NOT NULL,       -- kept, noted, moved, taken back, queued or approved
    kinds VARCHAR[] NOT NULL,
    note VARCHAR,
    reviewer VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    content_hash VARCHAR NOT NULL,     -- of the text that was read
    record STRUCT(
        version INTEGER, source VARCHAR, categories VARCHAR[], journal_ref VARCHAR, doi VARCHAR,
        withdrawn BOOLEAN) NOT NULL
);

CREATE VIEW corrections AS
SELECT one.seq AS resolution_id, one.arxiv_id, one.decision_id, one.resolution, one.kinds, one.note,
       one.reviewer, one.happened_at AS resolved_at, taken.reviewer AS undone_by,
       taken.happened_at AS undone_at
FROM correction_event AS one
LEFT JOIN correction_event AS taken ON taken.kind = 'undo' AND taken.resolves = one.seq
WHERE one.kind = 'resolve';

CREATE VIEW inbox AS
SELECT found.arxiv_id, standing.verdict, found.kinds, found.decision_id, found.score_before,
       found.score_now, found.model_id, found.found_at, found.rank, found.base
FROM correction_case AS found
JOIN decisions AS standing
  ON standing.arxiv_id = found.arxiv_id AND standing.decision_id = found.decision_id
     AND standing.standing
WHERE len(found.kinds) > 0
  AND found.base = coalesce((
      SELECT max(corrections.resolution_id) FROM corrections
      WHERE corrections.decision_id = found.decision_id AND corrections.undone_by IS NULL), 0);

CREATE OR REPLACE VIEW queue AS
SELECT arxiv_id, in_scope, top_section, in_scope AS priority, predicted_at, random_place
FROM prediction
WHERE newest
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing AND NOT unplaced)
  AND arxiv_id NOT IN (SELECT arxiv_id FROM paper WHERE withdrawn OR coalesce(incomplete, false));

CREATE OR REPLACE VIEW papers AS
SELECT arxiv_id, version, title, nullif(abstract, '') AS abstract, authors, categories,
       primary_category, comment, doi, journal_ref, license, submitted_at, updated_at, withdrawn,
       first_seen_at, content_hash, source, datestamp, changed_at,
       coalesce(incomplete, false) AS incomplete
FROM paper;
