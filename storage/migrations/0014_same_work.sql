-- Whether two papers are the same work.

-- Letters and digits of a title, without case, accents and commands of TeX, as one number. Null if it
-- has none.
CREATE MACRO title_key_of(title) AS
    md5_number_lower(nullif(regexp_replace(
        strip_accents(lower(regexp_replace(title, '\\[A-Za-z]+', '', 'g'))),
        '[^\p{L}\p{N}]+', '', 'g'), ''));

ALTER TABLE paper ADD COLUMN title_key UBIGINT;

UPDATE paper SET title_key = title_key_of(title);

-- Answers of reviewers. The first ID is the smaller one. Append-only.
CREATE TABLE same_work_event (
    seq BIGINT NOT NULL,
    first_id VARCHAR NOT NULL,
    second_id VARCHAR NOT NULL,
    answer VARCHAR NOT NULL,           -- same, different or undo
    keeps VARCHAR,                     -- which of them is the one to list
    decision_id VARCHAR,               -- that rejected the other
    reviewer VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW same_work AS
SELECT first_id, second_id, answer, keeps, decision_id, reviewer, happened_at AS answered_at
FROM same_work_event
QUALIFY row_number() OVER (PARTITION BY first_id, second_id ORDER BY seq DESC) = 1
    AND answer <> 'undo';

-- Hashes of what two papers on the same work have in common, of likely and of decided papers.
CREATE TABLE work_key (
    arxiv_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    key UBIGINT NOT NULL
);

-- Papers that are perhaps the same work, found from the keys.
CREATE TABLE same_work_pair (
    first_id VARCHAR NOT NULL,
    second_id VARCHAR NOT NULL,
    why VARCHAR NOT NULL,              -- same title, near title, same abstract or comment
    said VARCHAR,                      -- what a comment says
    found_at TIMESTAMP NOT NULL
);
