-- The identity of the survey, from which the IDs of feeds and their entries are derived. Made once,
-- so that no change of address, title or taxonomy changes them. One row.
CREATE TABLE survey_identity (
    survey_id VARCHAR NOT NULL         -- random UUID
);

INSERT INTO survey_identity SELECT CAST(uuid() AS VARCHAR);
