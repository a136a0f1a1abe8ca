-- How people of a team log in. These rows are replaced and deleted: secrets and sessions that are
-- over are not kept.
CREATE TABLE account_password (
    account VARCHAR NOT NULL,
    hash VARCHAR NOT NULL,             -- Argon2id, with its parameters
    changed_at TIMESTAMP NOT NULL
);

-- Links that set a password once, one an account.
CREATE TABLE account_link (
    account VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,           -- sha256 of the link's token, in hex
    made_by VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);

CREATE TABLE web_session (
    digest VARCHAR NOT NULL,           -- sha256 of what the browser's cookie holds, in hex
    account VARCHAR NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP NOT NULL,        -- some minutes late: not every request is written
    network VARCHAR NOT NULL,          -- address of the browser
    agent VARCHAR NOT NULL             -- what the browser calls itself
);

-- Failed logins, for the delay before the next one.
CREATE TABLE login_failure (
    who VARCHAR NOT NULL,              -- an account, a network or a known browser
    failures BIGINT NOT NULL,
    last_at TIMESTAMP NOT NULL
);

-- Counts changes to accounts and sessions, so that a service sees that it must read them again.
CREATE TABLE access_state (
    generation BIGINT NOT NULL
);

INSERT INTO access_state VALUES (0);

-- From which address an act of the trail came; deleted after some days.
CREATE TABLE trail_network (
    seq BIGINT NOT NULL,
    network VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL
);
