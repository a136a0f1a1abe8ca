-- Open facets of predictions, and the decisions of the audit's random sample.

-- No DEFAULT, because DuckDB 1.5 refuses a WAL with one ("no default database set"), so a kill right
-- after this migration would lose the database. NULL in older rows means none.
ALTER TABLE prediction ADD COLUMN open_facets VARCHAR[];

-- Decisions made in random order, append-only: a sample independent of the model.
CREATE TABLE audit_draw (
    seq BIGINT NOT NULL,               -- order of drawing
    arxiv_id VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,      -- the decision it was drawn for
    drawn_at TIMESTAMP NOT NULL
);

CREATE OR REPLACE VIEW predictions AS
SELECT arxiv_id, model_id, in_scope, sections, facets, predicted_at, top_section, terms,
       content_hash, newest, coalesce(open_facets, CAST([] AS VARCHAR[])) AS open_facets
FROM prediction;

-- The current verdict on a drawn paper counts, whoever gave it.
CREATE VIEW audit_sample AS
SELECT drawn.arxiv_id, drawn.decision_id, drawn.drawn_at, decisions.verdict
FROM (FROM audit_draw QUALIFY row_number() OVER (PARTITION BY arxiv_id ORDER BY seq DESC) = 1)
     AS drawn
LEFT JOIN decisions ON decisions.arxiv_id = drawn.arxiv_id AND decisions.standing;
