-- What one person said of a paper when that alone decides nothing: a word of a double review, a third
-- word on two that differ, or a paper read again without knowing the first verdict. Append-only.
CREATE TABLE opinion_event (
    seq BIGINT NOT NULL,
    event VARCHAR NOT NULL,            -- give, undo, or release (it was made a decision alone)
    opinion_id VARCHAR NOT NULL,
    arxiv_id VARCHAR NOT NULL,
    kind VARCHAR,                      -- of give: first, second, third or repeat
    verdict VARCHAR,                   -- of give
    sections VARCHAR[],                -- of give
    reviewer VARCHAR NOT NULL,         -- who gave it, took it back or released it
    note VARCHAR,
    reason VARCHAR,
    return_on DATE,
    return_after_version INTEGER,
    content_hash VARCHAR,              -- of give: the text that was read
    beside VARCHAR[],                  -- of a second or third word: the words it answers
    decision_id VARCHAR,               -- recorded with it, in the same transaction
    repeats VARCHAR,                   -- of a repeat: the decision it repeats
    batch_id VARCHAR,                  -- the act it was given in
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW opinions AS
WITH taken_back AS (
    SELECT opinion_id, min(happened_at) AS undone_at
    FROM opinion_event
    WHERE event = 'undo'
    GROUP BY opinion_id
),
linked AS (
    SELECT opinion_id, decision_id, seq FROM opinion_event WHERE decision_id IS NOT NULL
    UNION ALL
    SELECT unnest(beside) AS opinion_id, decision_id, seq
    FROM opinion_event
    WHERE decision_id IS NOT NULL
),
settled AS (
    SELECT opinion_id, arg_max(decision_id, seq) AS decision_id
    FROM linked
    WHERE decision_id NOT IN (SELECT decision_id FROM decision_event WHERE kind = 'undo')
    GROUP BY opinion_id
)
SELECT given.opinion_id, given.arxiv_id, given.kind, given.verdict, given.sections, given.reviewer,
       given.note, given.reason, given.happened_at AS given_at, taken_back.undone_at,
       settled.decision_id AS settled_by, given.beside, given.repeats, given.batch_id,
       given.return_on, given.return_after_version, given.content_hash, given.seq
FROM opinion_event AS given
LEFT JOIN taken_back ON taken_back.opinion_id = given.opinion_id
LEFT JOIN settled ON settled.opinion_id = given.opinion_id
WHERE given.event = 'give';
