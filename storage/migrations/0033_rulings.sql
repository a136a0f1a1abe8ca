-- Decisions kept as precedent. Append-only; the paper need not be held.
CREATE TABLE ruling_event (
    seq BIGINT NOT NULL,
    kind VARCHAR NOT NULL,             -- made, revised, moved (by a change of the taxonomy), withdrawn
    arxiv_id VARCHAR NOT NULL,
    title VARCHAR NOT NULL,            -- as it was then; empty if not known
    verdict VARCHAR NOT NULL,          -- approved, rejected
    sections VARCHAR[] NOT NULL,
    sentence VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    source VARCHAR                     -- file that it was imported from; null: made here
);

CREATE VIEW rulings AS
WITH numbered AS (
    SELECT *, max(seq) FILTER (kind = 'made') OVER (PARTITION BY arxiv_id) AS began
    FROM ruling_event
),
known AS (
    SELECT arxiv_id,
           max(seq) AS last,
           arg_max(kind, seq) <> 'withdrawn' AS stands,
           arg_max(title, seq) AS title,
           arg_max(verdict, seq) AS verdict,
           arg_max(sections, seq) AS sections,
           arg_max(sentence, seq) FILTER (kind IN ('made', 'revised')) AS sentence,
           arg_max(person, seq) FILTER (kind IN ('made', 'revised')) AS ruled_by,
           arg_max(happened_at, seq) FILTER (kind IN ('made', 'revised')) AS ruled_at,
           min(happened_at) AS made_at,
           arg_max_null(source, seq) FILTER (kind IN ('made', 'revised')) AS source,
           arg_max(person, seq) FILTER (kind = 'withdrawn') AS withdrawn_by,
           arg_max(happened_at, seq) FILTER (kind = 'withdrawn') AS withdrawn_at
    FROM numbered
    WHERE seq >= began
    GROUP BY arxiv_id
)
SELECT arxiv_id, title, verdict, sections, sentence, ruled_by, ruled_at, made_at, source, stands,
       withdrawn_by, withdrawn_at
FROM known;
