-- People who receive the digest by mail. Only `subscriber_contact` names a person, and its row is
-- deleted with the address; everything else is append-only.
CREATE TABLE subscriber_contact (
    subscriber_id VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    address_key VARCHAR NOT NULL,
    added_at TIMESTAMP NOT NULL
);

CREATE TABLE subscriber_event (
    seq BIGINT NOT NULL,
    subscriber_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- asked, confirmed, imported, chosen, paused, resumed, left ...
    source VARCHAR NOT NULL,           -- page, one-click, mail, command or restore
    consent_id VARCHAR,                -- of confirmed and imported
    wording VARCHAR,                   -- of confirmed and imported
    consented_at TIMESTAMP,            -- of confirmed and imported
    language VARCHAR,                  -- of confirmed, imported and chosen
    sections VARCHAR[],
    rhythm VARCHAR,
    person VARCHAR,                    -- who called the command
    happened_at TIMESTAMP NOT NULL
);

CREATE TABLE confirmation (
    confirmation_id VARCHAR NOT NULL,
    subscriber_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- confirm, or known: already subscribed
    source VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    sections VARCHAR[] NOT NULL,
    rhythm VARCHAR NOT NULL,
    wording VARCHAR NOT NULL,
    mailbox_key VARCHAR,               -- erased after a day, as the network's
    network_key VARCHAR,
    asked_at TIMESTAMP NOT NULL
);

CREATE TABLE confirmation_event (
    seq BIGINT NOT NULL,
    confirmation_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- begun, sent, failed, uncertain or deferred
    detail VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL
);

CREATE TABLE subscriber_departure (
    address_key VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- left or deleted
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW subscriber_events AS
SELECT seq, subscriber_id, kind, source, consent_id, wording, consented_at, language, sections,
       rhythm, person, happened_at
FROM subscriber_event;

CREATE VIEW subscribers AS
WITH known AS (
    SELECT subscriber_id,
           max(seq) FILTER (kind IN ('confirmed', 'imported')) AS joined,
           max(seq) FILTER (kind IN ('left', 'deleted')) AS departed,
           max(seq) FILTER (kind = 'paused') AS paused,
           max(seq) FILTER (kind = 'resumed') AS resumed,
           bool_or(kind = 'deleted') AS deleted,
           bool_or(kind = 'expired') AS expired,
           arg_max(language, seq) FILTER (language IS NOT NULL) AS language,
           arg_max(sections, seq) FILTER (language IS NOT NULL) AS sections,
           arg_max(rhythm, seq) FILTER (language IS NOT NULL) AS rhythm,
           arg_max(consent_id, seq) FILTER (consent_id IS NOT NULL) AS consent_id,
           arg_max(wording, seq) FILTER (consent_id IS NOT NULL) AS wording,
           arg_max(consented_at, seq) FILTER (consent_id IS NOT NULL) AS consented_at,
           arg_max(kind, seq) FILTER (consent_id IS NOT NULL) AS joined_by,
           min(happened_at) AS first_at,
           max(happened_at) AS last_at
    FROM subscriber_event
    GROUP BY subscriber_id
)
SELECT known.subscriber_id, contact.address, contact.address_key,
       CASE WHEN deleted THEN 'deleted'
            WHEN joined > coalesce(departed, 0)
            THEN CASE WHEN paused > greatest(coalesce(resumed, 0), joined) THEN 'paused'
                      ELSE 'confirmed' END
            WHEN departed IS NOT NULL THEN 'left'
            WHEN expired THEN 'expired'
            ELSE 'waiting' END AS state,
       known.language, coalesce(known.sections, []) AS sections, known.rhythm, known.consent_id,
       known.wording, known.consented_at, known.joined_by, known.first_at, known.last_at
FROM known
LEFT JOIN subscriber_contact AS contact ON contact.subscriber_id = known.subscriber_id;

CREATE VIEW confirmations AS
SELECT asked.confirmation_id, asked.subscriber_id, asked.kind, asked.source, asked.language,
       asked.sections, asked.rhythm, asked.wording, asked.asked_at,
       CASE WHEN ended.state IS NULL OR ended.state = 'deferred' THEN 'waiting'
            ELSE ended.state END AS state, ended.detail, ended.happened_at AS state_at
FROM confirmation AS asked
LEFT JOIN (
    SELECT confirmation_id, arg_max(kind, seq) AS state, arg_max(detail, seq) AS detail,
           max(happened_at) AS happened_at
    FROM confirmation_event
    GROUP BY confirmation_id) AS ended
  ON ended.confirmation_id = asked.confirmation_id;
