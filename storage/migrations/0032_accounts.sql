-- The accounts of a team, and what was done to them. Append-only: names stand in decisions for ever.
CREATE TABLE account_event (
    seq BIGINT NOT NULL,
    account VARCHAR NOT NULL,          -- the name that stands in decisions
    kind VARCHAR NOT NULL,             -- added, role, disabled, enabled
    role VARCHAR,                      -- of added and role: reviewer, publisher or admin
    actor VARCHAR NOT NULL,            -- who did it
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW accounts AS
SELECT account,
       arg_max(role, seq) FILTER (role IS NOT NULL) AS role,
       coalesce(arg_max(kind, seq) FILTER (kind IN ('disabled', 'enabled')) = 'disabled', false)
           AS disabled,
       min(happened_at) AS added_at,
       arg_max(actor, seq) FILTER (kind = 'added') AS added_by
FROM account_event
GROUP BY account;

-- Every act of administration. Append-only.
CREATE TABLE trail_event (
    seq BIGINT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,            -- who did it; empty: no known person
    act VARCHAR NOT NULL,              -- such as account.added; letters, digits, dots and hyphens
    subject VARCHAR NOT NULL,          -- what it was done to
    detail VARCHAR NOT NULL
);

CREATE VIEW trail AS
SELECT seq, happened_at, actor, act, subject, detail FROM trail_event;
