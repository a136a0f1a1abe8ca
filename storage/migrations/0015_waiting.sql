-- The queue as a table, because joining millions of predictions with papers and decisions for every
-- page takes longer than the page may.

-- The feed's day of the first new or cross-listed item, else the calendar's day for the submission.
-- Null without a submission date. No DEFAULT, as in 0005; `storage/derived.py` fills it.
ALTER TABLE paper ADD COLUMN announced DATE;

-- Derived from `prediction`, `paper` and `decisions` by `storage/waiting.py`, which changes it in the
-- transaction that changes those.
CREATE TABLE waiting (
    arxiv_id VARCHAR NOT NULL,
    -- read by every page, and decompressing takes longer than reading
    in_scope DOUBLE NOT NULL USING COMPRESSION uncompressed,
    top_section VARCHAR,
    announced DATE,
    predicted_at TIMESTAMP NOT NULL,
    random_place UBIGINT NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    primary_category VARCHAR NOT NULL,
    categories VARCHAR[] NOT NULL,
    open_facets VARCHAR[] NOT NULL,
    title VARCHAR NOT NULL,
    waits_from DATE NOT NULL,          -- of a deferred paper that returns, its day
    words VARCHAR USING COMPRESSION zstd  -- searched text without case and accents, null if unlikely
);

-- One row: the day up to which deferred papers have returned, by the survey's clock.
CREATE TABLE survey_day (day DATE NOT NULL);
INSERT INTO survey_day VALUES ('1991-08-14');

CREATE OR REPLACE VIEW papers AS
SELECT arxiv_id, version, title, nullif(abstract, '') AS abstract, authors, categories,
       primary_category, comment, doi, journal_ref, license, submitted_at, updated_at, withdrawn,
       first_seen_at, content_hash, source, datestamp, changed_at,
       coalesce(incomplete, false) AS incomplete, announced
FROM paper;

CREATE OR REPLACE VIEW queue AS
SELECT arxiv_id, in_scope, top_section, in_scope AS priority, predicted_at, random_place, announced
FROM waiting
WHERE waits_from <= (SELECT day FROM survey_day);
