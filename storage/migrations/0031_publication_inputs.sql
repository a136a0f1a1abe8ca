-- From which inputs a publication was built: a digest of all that was read, of settings and program.
-- The newest row of an act counts; a later program may give the same bytes. Append-only.
CREATE TABLE publication_inputs (
    seq BIGINT NOT NULL,
    act_id VARCHAR NOT NULL,
    inputs VARCHAR NOT NULL,           -- sha256, in hex
    noted_at TIMESTAMP NOT NULL
);
