-- The command line of a run, so that a failed one can be repeated. A table of its own, because older
-- versions of the program write `run_start`.
CREATE TABLE run_words (
    run_id VARCHAR NOT NULL,
    words VARCHAR[] NOT NULL           -- as typed, the command first
);

CREATE OR REPLACE VIEW runs AS
SELECT start.run_id, start.command, start.started_at, ended.finished_at,
       coalesce(ended.status, 'running') AS status,
       coalesce(ended.counts, CAST(MAP {} AS MAP(VARCHAR, BIGINT))) AS counts,
       ended.error, start.seq,
       coalesce(called.words, CAST([] AS VARCHAR[])) AS words
FROM run_start AS start
LEFT JOIN run_end AS ended ON ended.run_id = start.run_id
LEFT JOIN run_words AS called ON called.run_id = start.run_id;
