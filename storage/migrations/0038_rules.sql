-- Probabilities of decided papers by models that did not learn from them. Replaced as a whole.
CREATE TABLE cross_score (
    arxiv_id VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    in_scope DOUBLE NOT NULL,
    sections STRUCT(section VARCHAR, probability DOUBLE)[] NOT NULL,
    taxonomy VARCHAR NOT NULL,         -- its fingerprint
    scored_at TIMESTAMP NOT NULL
);

CREATE VIEW cross_scores AS
SELECT arxiv_id, decision_id, in_scope, sections, taxonomy, scored_at FROM cross_score;

-- Old decisions that a person read again and left as they are. Append-only.
CREATE TABLE second_look_event (
    seq BIGINT NOT NULL,
    arxiv_id VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,     -- of the text that was read
    person VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW second_looks AS
SELECT seq, arxiv_id, decision_id, content_hash, person, happened_at FROM second_look_event;

-- What was done with rules that decide without a person. Append-only.
CREATE TABLE rule_event (
    seq BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- enabled, disabled, stopped, undone
    fingerprint VARCHAR NOT NULL,      -- of the rule, the taxonomy and the meaning of signals
    person VARCHAR NOT NULL,           -- of stopped: the rule itself
    happened_at TIMESTAMP NOT NULL,
    detail VARCHAR NOT NULL
);

CREATE TABLE rule_replay (
    seq BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    decided BIGINT NOT NULL,
    approved BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    acted BIGINT NOT NULL,
    wrong VARCHAR[] NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    pairs VARCHAR NOT NULL,            -- JSON
    person VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL
);

CREATE TABLE rule_draw (
    seq BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    week VARCHAR NOT NULL,
    arxiv_id VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    drawn_at TIMESTAMP NOT NULL
);

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
       made.reason, made.batch_id, made.return_on, made.return_after_version,
       CASE WHEN starts_with(made.reviewer, 'rule:') THEN substr(made.reviewer, 6) END AS rule
FROM decision_event AS made
LEFT JOIN undone ON undone.decision_id = made.decision_id
LEFT JOIN placed ON placed.decision_id = made.decision_id
WHERE made.kind = 'decide';

CREATE VIEW rule_events AS
SELECT seq, rule, kind, fingerprint, person, happened_at, detail FROM rule_event;

CREATE VIEW rule_replays AS
SELECT seq, rule, fingerprint, decided, approved, missing, acted, wrong, low, high, pairs, person,
       happened_at
FROM rule_replay;

CREATE VIEW rule_sample AS
SELECT drawn.rule, drawn.week, drawn.arxiv_id, drawn.decision_id, drawn.drawn_at,
       CASE WHEN looked.decision_id IS NOT NULL THEN 'right'
            WHEN standing.verdict IS NULL THEN 'gone'
            WHEN standing.rule IS NOT NULL THEN 'open'
            WHEN standing.verdict = 'approved' THEN 'wrong'
            WHEN standing.verdict = 'rejected' THEN 'right'
            ELSE 'open' END AS outcome
FROM rule_draw AS drawn
LEFT JOIN (SELECT DISTINCT decision_id FROM second_look_event) AS looked
  ON looked.decision_id = drawn.decision_id
LEFT JOIN (SELECT arxiv_id, verdict, rule FROM decisions WHERE standing) AS standing
  ON standing.arxiv_id = drawn.arxiv_id;
