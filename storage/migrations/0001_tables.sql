-- The tables. No primary or foreign keys, because an index makes bulk loads several times slower and
-- updates of list columns a thousand times: rows are unique by construction (one writer at a time,
-- deduplicated batches, MERGE) and `storage/integrity.py` checks it. Every TIMESTAMP is UTC.

-- One row: the number of committed transactions. The manifest beside the file repeats it, so that
-- lost commits are noticed on opening.
CREATE TABLE store_state (generation BIGINT NOT NULL);
INSERT INTO store_state VALUES (0);

-- A list of texts passed as one JSON parameter (`storage/engine/parameters.py`).
CREATE MACRO listed(texts) AS TABLE
    SELECT unnest(from_json(texts, '["VARCHAR"]')) AS item;

-- sha256 of what reviewers and classifiers read of a paper.
CREATE MACRO text_hash(title, abstract, authors, comment, withdrawn) AS
    sha256(concat_ws(chr(31), title, abstract, array_to_string(authors, chr(30)),
                     coalesce(comment, ''), CAST(withdrawn AS VARCHAR)));

CREATE TABLE paper (
    arxiv_id VARCHAR NOT NULL,         -- canonical, without version
    version INTEGER NOT NULL,          -- the highest seen from any source
    title VARCHAR NOT NULL,
    -- zstd: a third smaller, and checkpoints take a third of the time of DuckDB's own choice
    abstract VARCHAR NOT NULL USING COMPRESSION zstd,
    authors VARCHAR[] NOT NULL,
    categories VARCHAR[] NOT NULL,     -- the primary one first
    primary_category VARCHAR NOT NULL,
    comment VARCHAR,
    doi VARCHAR,
    journal_ref VARCHAR,
    license VARCHAR,
    submitted_at TIMESTAMP,            -- of version 1
    updated_at TIMESTAMP,              -- of the current version
    withdrawn BOOLEAN NOT NULL,
    source VARCHAR NOT NULL,           -- source of the text: oai, snapshot or query
    datestamp DATE,                    -- OAI's day of the last metadata change
    first_seen_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL,     -- when a column visible to readers last changed
    content_hash VARCHAR NOT NULL,     -- sha256 of title, abstract, authors, comment, withdrawn
    record_hash UBIGINT NOT NULL       -- of the record as its source sent it
);

CREATE TABLE paper_version (
    arxiv_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    submitted_at TIMESTAMP,            -- null if the source did not say
    withdrawn BOOLEAN NOT NULL,
    seen_at TIMESTAMP NOT NULL
);

CREATE TABLE change (
    arxiv_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    old VARCHAR,
    new VARCHAR,
    source VARCHAR NOT NULL,           -- source that reported the change
    seen_at TIMESTAMP NOT NULL
);

-- One row per paper and model.
CREATE TABLE prediction (
    arxiv_id VARCHAR NOT NULL,
    model_id VARCHAR NOT NULL,
    in_scope DOUBLE NOT NULL,
    top_section VARCHAR,               -- null if the model named none
    sections STRUCT(section VARCHAR, probability DOUBLE)[] NOT NULL,
    facets STRUCT(facet VARCHAR, label VARCHAR, probability DOUBLE)[] NOT NULL,
    terms STRUCT(term VARCHAR, weight DOUBLE)[] NOT NULL,
    content_hash VARCHAR NOT NULL,     -- of the text that was read
    predicted_at TIMESTAMP NOT NULL,
    newest BOOLEAN NOT NULL            -- whether the queue shows this prediction
);

-- Decisions and undos of reviewers, append-only.
CREATE TABLE decision_event (
    seq BIGINT NOT NULL,               -- order of recording
    kind VARCHAR NOT NULL,             -- decide or undo
    decision_id VARCHAR NOT NULL,      -- an undo has the ID of the decision it undoes
    arxiv_id VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    sections VARCHAR[] NOT NULL,
    reviewer VARCHAR NOT NULL,         -- who decided, or who undid
    note VARCHAR,
    happened_at TIMESTAMP NOT NULL,    -- decided_at, or undone_at
    content_hash VARCHAR NOT NULL      -- of the text that was read
);

-- The text of a paper at the time of a decision.
CREATE TABLE decided_text (
    arxiv_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    abstract VARCHAR NOT NULL,
    authors VARCHAR[] NOT NULL,
    categories VARCHAR[] NOT NULL,
    comment VARCHAR
);

CREATE TABLE publication (
    arxiv_id VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    section VARCHAR NOT NULL,
    published_at TIMESTAMP NOT NULL
);

CREATE TABLE announcement (
    day DATE NOT NULL,                 -- in America/New_York, as dated by the feed
    category VARCHAR NOT NULL,
    arxiv_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    announce_type VARCHAR NOT NULL,    -- new, cross, replace or replace-cross
    title VARCHAR NOT NULL,
    seen_at TIMESTAMP NOT NULL
);

CREATE TABLE feed_check (
    day DATE NOT NULL,
    category VARCHAR NOT NULL,
    checked_at TIMESTAMP NOT NULL,
    items INTEGER NOT NULL,            -- new and cross-listed papers in the feed
    known_before INTEGER NOT NULL,     -- of these, announced in this category on an earlier day
    stale BOOLEAN NOT NULL,            -- all of them were: the feed repeated an earlier day
    calendar_quiet BOOLEAN NOT NULL    -- arXiv's calendar expects no announcement on this day
);

CREATE TABLE quarantined (
    quarantined_at TIMESTAMP NOT NULL,
    source VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    raw BLOB NOT NULL,
    raw_hash VARCHAR NOT NULL,         -- sha256 of raw
    raw_path VARCHAR,
    arxiv_id VARCHAR
);

CREATE TABLE run_start (
    seq BIGINT NOT NULL,
    run_id VARCHAR NOT NULL,
    command VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    process VARCHAR NOT NULL           -- host, PID and start time of the process
);

CREATE TABLE run_end (
    run_id VARCHAR NOT NULL,
    finished_at TIMESTAMP,             -- null if the process was killed
    status VARCHAR NOT NULL,           -- done, failed or interrupted
    counts MAP(VARCHAR, BIGINT) NOT NULL,
    error VARCHAR
);

CREATE TABLE source_cursor (
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    saved_at TIMESTAMP NOT NULL
);
