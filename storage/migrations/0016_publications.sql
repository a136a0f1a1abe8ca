-- What was published, written in two steps: an act with everything it will write before the files are
-- replaced, and its end after. All append-only.

CREATE TABLE publication_act (
    seq BIGINT NOT NULL,               -- order of recording
    act_id VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    begun_at TIMESTAMP NOT NULL,
    person VARCHAR NOT NULL,
    run_id VARCHAR,                    -- null outside of a recorded run
    entries STRUCT(arxiv_id VARCHAR, section VARCHAR)[] NOT NULL,
    counts MAP(VARCHAR, BIGINT) NOT NULL,
    files STRUCT(path VARCHAR, sha256 VARCHAR, size BIGINT)[] NOT NULL,
    override_reason VARCHAR,           -- null: nothing was overridden
    overridden VARCHAR[] NOT NULL      -- the refusals that the reason set aside
);

CREATE TABLE publication_end (
    act_id VARCHAR NOT NULL,
    finished_at TIMESTAMP NOT NULL
);

CREATE TABLE publication_refusal (
    seq BIGINT NOT NULL,
    kind VARCHAR NOT NULL,             -- refuse, or clear where the target could be published again
    target VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    run_id VARCHAR,
    reasons VARCHAR[] NOT NULL         -- empty for clear
);

CREATE VIEW publications AS
SELECT act.act_id, act.target, ended.finished_at AS published_at, act.person AS published_by,
       len(list_distinct([entry.arxiv_id FOR entry IN act.entries])) AS papers,
       act.entries, act.counts, act.files, act.override_reason, act.overridden, act.run_id,
       act.begun_at, act.seq
FROM publication_act AS act
JOIN publication_end AS ended ON ended.act_id = act.act_id;

CREATE VIEW publication_refusals AS
SELECT target, reasons, happened_at AS refused_at, run_id
FROM publication_refusal
QUALIFY row_number() OVER (PARTITION BY target ORDER BY seq DESC) = 1 AND kind = 'refuse';
