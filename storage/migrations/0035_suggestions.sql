-- What people outside suggest, as it was received. Append-only; names and addresses are apart.
CREATE TABLE suggestion (
    seq BIGINT NOT NULL,
    suggestion_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- missing-paper, wrong-section, accepted-at and so on
    arxiv_id VARCHAR NOT NULL,         -- the paper it is about
    old_value VARCHAR NOT NULL,        -- of a correction: what was published then
    new_value VARCHAR NOT NULL,        -- of a correction: what it should be; section IDs have blanks between
    note VARCHAR NOT NULL,
    relation VARCHAR NOT NULL,         -- author, reader or unknown, as the person says
    channel VARCHAR NOT NULL,          -- page, github or mail
    origin VARCHAR NOT NULL,           -- of an import: what it is recognised by; else empty
    language VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL
);

-- Who suggested; the only table whose rows are erased and changed.
CREATE TABLE suggestion_person (
    suggestion_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,             -- as given, not verified; empty: none or taken back
    credited BOOLEAN NOT NULL,         -- the person agreed to be named
    address VARCHAR,                   -- for the answer only
    network_key VARCHAR,               -- salted hash, for the limits of one hour
    received_at TIMESTAMP NOT NULL
);

-- What became of a suggestion. Append-only.
CREATE TABLE suggestion_event (
    seq BIGINT NOT NULL,
    suggestion_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- found, unknown; applied, refused, closed, reopened; answered; forgotten; mailing, mailed, unmailed
    person VARCHAR NOT NULL,           -- who did it; empty: the program or the person who suggested
    detail VARCHAR NOT NULL,           -- reason, answer or what was changed
    decision_id VARCHAR,               -- of applied: the decision that was recorded
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW suggestions AS
WITH done AS (
    SELECT suggestion_id,
           arg_max(kind, seq) FILTER (kind IN ('applied', 'refused', 'closed', 'reopened')) AS act,
           arg_max(person, seq) FILTER (kind IN ('applied', 'refused', 'closed', 'reopened')) AS person,
           arg_max(detail, seq) FILTER (kind IN ('applied', 'refused', 'closed', 'reopened')) AS detail,
           arg_max_null(decision_id, seq)
               FILTER (kind IN ('applied', 'refused', 'closed', 'reopened')) AS decision_id,
           max(happened_at) FILTER (kind IN ('applied', 'refused', 'closed', 'reopened')) AS at,
           arg_max(detail, seq) FILTER (kind = 'answered') AS answer,
           arg_max(kind, seq) FILTER (kind IN ('found', 'unknown')) AS looked_up
    FROM suggestion_event
    GROUP BY suggestion_id
), standing AS (
    SELECT arxiv_id, verdict, decided_at FROM decisions WHERE standing
)
SELECT asked.suggestion_id, asked.kind, asked.arxiv_id, asked.old_value, asked.new_value,
       asked.note, coalesce(who.name, '') AS name, asked.relation,
       coalesce(who.credited, false) AS credited, asked.channel, asked.origin, asked.language,
       asked.received_at,
       CASE WHEN done.act IN ('applied', 'refused', 'closed') THEN done.act
            WHEN asked.kind <> 'missing-paper' THEN 'waiting'
            WHEN standing.verdict = 'approved' THEN 'listed'
            WHEN standing.verdict = 'rejected' AND standing.decided_at >= asked.received_at
                THEN 'not-listed'
            WHEN standing.verdict = 'deferred' THEN 'deferred'
            WHEN paper.arxiv_id IS NOT NULL THEN 'waiting'
            WHEN done.looked_up = 'unknown' THEN 'unknown'
            ELSE 'not-held' END AS state,
       CASE WHEN done.act IN ('applied', 'refused', 'closed') THEN done.at
            WHEN asked.kind = 'missing-paper' THEN standing.decided_at END AS settled_at,
       CASE WHEN done.act IN ('applied', 'refused', 'closed') THEN done.person END AS settled_by,
       CASE WHEN done.act IN ('applied', 'refused', 'closed') THEN done.detail ELSE '' END AS detail,
       CASE WHEN done.act = 'applied' THEN done.decision_id END AS decision_id,
       coalesce(done.answer, '') AS answer
FROM suggestion AS asked
LEFT JOIN suggestion_person AS who ON who.suggestion_id = asked.suggestion_id
LEFT JOIN done ON done.suggestion_id = asked.suggestion_id
LEFT JOIN standing ON standing.arxiv_id = asked.arxiv_id
LEFT JOIN paper ON paper.arxiv_id = asked.arxiv_id;
