-- A word of a double review can ask to be kept as a ruling; it is when it becomes a decision.

-- No DEFAULT, see 0005. NULL in older rows means no.
ALTER TABLE opinion_event ADD COLUMN ruling BOOLEAN;

CREATE OR REPLACE VIEW opinions AS
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
       given.return_on, given.return_after_version, given.content_hash, given.seq,
       coalesce(given.ruling, false) AS ruling
FROM opinion_event AS given
LEFT JOIN taken_back ON taken_back.opinion_id = given.opinion_id
LEFT JOIN settled ON settled.opinion_id = given.opinion_id
WHERE given.event = 'give';
