-- Facets the model left open, and which decisions are the audit's random sample.

-- No DEFAULT: replaying one from a WAL makes DuckDB 1.5 refuse the file ("no default database
-- set"), so a kill right after this step would cost the database. NULL in older rows: none.
ALTER TABLE prediction ADD COLUMN open_facets VARCHAR[];

-- Only ever appended to. A decision itself says nothing of the order its paper was read in; this
-- says that it was the random one, so that the sample owes nothing to the model.
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

-- What stands about a drawn paper now counts, whoever decided it again since.
CREATE VIEW audit_sample AS
SELECT drawn.arxiv_id, drawn.decision_id, drawn.drawn_at, decisions.verdict
FROM (FROM audit_draw QUALIFY row_number() OVER (PARTITION BY arxiv_id ORDER BY seq DESC) = 1)
     AS drawn
LEFT JOIN decisions ON decisions.arxiv_id = drawn.arxiv_id AND decisions.standing;
