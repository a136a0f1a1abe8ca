-- What a run was made of and what it took. Tables of their own, because older versions of the program
-- write `run_start` and `run_end`.

-- Recorded at the start, so that a killed run has them too.
CREATE TABLE run_versions (
    run_id VARCHAR NOT NULL,
    versions MAP(VARCHAR, VARCHAR) NOT NULL  -- of program, libraries and the model in use then
);

CREATE TABLE run_detail (
    run_id VARCHAR NOT NULL,
    seconds MAP(VARCHAR, DOUBLE) NOT NULL,   -- by step, and `whole`; of a clock that is never set
    corrected VARCHAR[] NOT NULL             -- approved papers whose change at arXiv it stored
);

CREATE OR REPLACE VIEW runs AS
SELECT start.run_id, start.command, start.started_at, ended.finished_at,
       coalesce(ended.status, 'running') AS status,
       coalesce(ended.counts, CAST(MAP {} AS MAP(VARCHAR, BIGINT))) AS counts,
       ended.error, start.seq,
       coalesce(called.words, CAST([] AS VARCHAR[])) AS words,
       coalesce(made_of.versions, CAST(MAP {} AS MAP(VARCHAR, VARCHAR))) AS versions,
       coalesce(took.seconds, CAST(MAP {} AS MAP(VARCHAR, DOUBLE))) AS seconds,
       coalesce(took.corrected, CAST([] AS VARCHAR[])) AS corrected
FROM run_start AS start
LEFT JOIN run_end AS ended ON ended.run_id = start.run_id
LEFT JOIN run_words AS called ON called.run_id = start.run_id
LEFT JOIN run_versions AS made_of ON made_of.run_id = start.run_id
LEFT JOIN run_detail AS took ON took.run_id = start.run_id;
