-- Tokens of the JSON API and what was done with them. Append-only; the secret itself is not kept.
CREATE TABLE api_token_event (
    seq BIGINT NOT NULL,
    kind VARCHAR NOT NULL,             -- created, revoked
    token_id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,           -- whose token it is
    actor VARCHAR NOT NULL,            -- who created or revoked it
    happened_at TIMESTAMP NOT NULL,
    label VARCHAR,                     -- of created, as the next three: what it is for
    scopes VARCHAR[],
    secret_hash VARCHAR,               -- sha256 of the 256 random bits
    expires_at TIMESTAMP               -- null: it does not
);

-- One row per token that was used.
CREATE TABLE api_token_use (
    token_id VARCHAR NOT NULL,
    used_at TIMESTAMP NOT NULL         -- noted at most every few minutes
);

-- Answers to acts with an Idempotency-Key, so that the same request again gets the same answer.
CREATE TABLE api_answer (
    person VARCHAR NOT NULL,
    idempotency_key VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,      -- sha256 of the request
    status INTEGER NOT NULL,
    body VARCHAR NOT NULL,             -- JSON
    answered_at TIMESTAMP NOT NULL
);

CREATE VIEW api_tokens AS
SELECT made.token_id, made.person, made.label, made.scopes, made.actor AS created_by,
       made.happened_at AS created_at, made.expires_at, gone.actor AS revoked_by,
       gone.happened_at AS revoked_at, used.used_at
FROM api_token_event AS made
LEFT JOIN (
    SELECT token_id, arg_min(actor, seq) AS actor, arg_min(happened_at, seq) AS happened_at
    FROM api_token_event WHERE kind = 'revoked' GROUP BY token_id
) AS gone ON gone.token_id = made.token_id
LEFT JOIN (
    SELECT token_id, max(used_at) AS used_at FROM api_token_use GROUP BY token_id
) AS used ON used.token_id = made.token_id
WHERE made.kind = 'created';
