-- What other services said of a paper, one row per answer and per failed try. Append-only.
CREATE TABLE enrichment (
    seq BIGINT NOT NULL,
    arxiv_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- code, venue, retraction or citations
    subject VARCHAR NOT NULL,          -- the DOI or address that was asked about; may be empty
    state VARCHAR NOT NULL,            -- `unknown` where there was no answer
    detail VARCHAR NOT NULL,           -- JSON; of `unknown` the cause
    source VARCHAR NOT NULL,           -- crossref, openalex, github or web
    asked_at TIMESTAMP NOT NULL,
    run_id VARCHAR
);

-- The last definite answer; a later failure changes only `tried_at` and `fault`.
CREATE VIEW enrichments AS
WITH last AS (
    SELECT arxiv_id, kind, subject,
           max(seq) AS tried,
           max(seq) FILTER (state <> 'unknown') AS known
    FROM enrichment
    GROUP BY arxiv_id, kind, subject
)
SELECT last.arxiv_id, last.kind, last.subject,
       coalesce(answer.state, 'unknown') AS state,
       coalesce(answer.detail, try.detail) AS detail,
       coalesce(answer.source, try.source) AS source,
       answer.asked_at,
       try.asked_at AS tried_at,
       CASE WHEN try.state = 'unknown' THEN json_extract_string(try.detail, '$.cause') END AS fault
FROM last
JOIN enrichment AS try ON try.seq = last.tried
LEFT JOIN enrichment AS answer ON answer.seq = last.known;
