-- The random order as a column, because hashing 3 million IDs for every page takes a second.

ALTER TABLE prediction ADD COLUMN random_place UBIGINT;

UPDATE prediction SET random_place = md5_number_lower('audit ' || arxiv_id);

CREATE OR REPLACE VIEW queue AS
SELECT arxiv_id, in_scope, top_section, in_scope AS priority, predicted_at, random_place
FROM prediction
WHERE newest
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing AND NOT unplaced)
  AND arxiv_id NOT IN (SELECT arxiv_id FROM paper WHERE withdrawn);
