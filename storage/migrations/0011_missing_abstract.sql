-- A paper without an abstract has NULL in `papers`. The table keeps the empty text, because hashes
-- of texts were made of it.

CREATE OR REPLACE VIEW papers AS
SELECT arxiv_id, version, title, nullif(abstract, '') AS abstract, authors, categories,
       primary_category, comment, doi, journal_ref, license, submitted_at, updated_at, withdrawn,
       first_seen_at, content_hash, source, datestamp, changed_at
FROM paper;
