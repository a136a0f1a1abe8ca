-- The survey's end: each freeze, and each that was taken back. Append-only.
CREATE TABLE freeze_act (
    seq BIGINT NOT NULL,
    kind VARCHAR NOT NULL,             -- freeze, undo
    person VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    ends_on DATE,                      -- of a freeze
    notice VARCHAR                     -- of a freeze: what readers are told
);

CREATE VIEW freezes AS
SELECT seq, kind, person, happened_at, ends_on, notice,
       kind = 'freeze' AND seq = (SELECT max(seq) FROM freeze_act) AS stands
FROM freeze_act;
