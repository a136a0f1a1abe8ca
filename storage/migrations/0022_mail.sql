-- Receipts of mails and suppressed addresses. The journals in [mail] journal are read into these
-- tables; addresses are in neither. All append-only.

CREATE TABLE mailing (
    name VARCHAR NOT NULL,             -- 2026-W12, or 2026-03
    mailing_id VARCHAR NOT NULL,
    frozen_at TIMESTAMP NOT NULL,
    weeks VARCHAR[] NOT NULL,
    digest VARCHAR NOT NULL            -- sha256 of the issue's files
);

CREATE TABLE mail_recipient (
    mailing VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    subscriber_id VARCHAR NOT NULL,
    address_key VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    sections VARCHAR[] NOT NULL        -- empty: all
);

CREATE TABLE mail_event (
    mailing VARCHAR NOT NULL,
    n BIGINT NOT NULL,                 -- number in the journal
    subscriber_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- handing over, sent, suppressed, failed, uncertain or again
    happened_at TIMESTAMP NOT NULL,
    detail VARCHAR NOT NULL,
    code INTEGER NOT NULL,             -- of the server's answer; 0: none
    temporary BOOLEAN NOT NULL         -- of failed: it may be taken later
);

CREATE TABLE suppression_event (
    event_id VARCHAR NOT NULL,
    address_key VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- hard, soft, complaint, manual or lifted
    happened_at TIMESTAMP NOT NULL,
    source VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    lifts VARCHAR[] NOT NULL           -- of lifted: event IDs
);

CREATE VIEW mail_outcomes AS
SELECT recipient.mailing, recipient.subscriber_id, recipient.address_key,
       CASE last.kind WHEN 'handing over' THEN 'uncertain' WHEN 'again' THEN 'pending'
                      ELSE coalesce(last.kind, 'pending') END AS outcome,
       coalesce(last.temporary, false) AS temporary, last.detail, last.code,
       last.happened_at, recipient.language, recipient.sections
FROM mail_recipient AS recipient
LEFT JOIN (
    SELECT mailing, subscriber_id, kind, temporary, detail, code, happened_at
    FROM mail_event
    QUALIFY row_number() OVER (PARTITION BY mailing, subscriber_id ORDER BY n DESC) = 1
) AS last ON last.mailing = recipient.mailing AND last.subscriber_id = recipient.subscriber_id;

CREATE VIEW mail_receipts AS
SELECT mailing.name AS mailing, mailing.weeks, mailing.frozen_at, mailing.digest,
       count(outcome.subscriber_id) AS confirmed,
       count_if(outcome.outcome = 'sent') AS sent,
       count_if(outcome.outcome = 'suppressed') AS suppressed,
       count_if(outcome.outcome = 'failed') AS failed,
       count_if(outcome.outcome = 'uncertain') AS uncertain,
       count_if(outcome.outcome = 'pending') AS pending,
       max(outcome.happened_at) AS last_at
FROM mailing
LEFT JOIN mail_outcomes AS outcome ON outcome.mailing = mailing.name
GROUP BY ALL;

CREATE VIEW suppression_events AS
SELECT event.event_id, event.address_key, event.kind, event.happened_at, event.source, event.detail,
       event.kind <> 'lifted' AND event.event_id NOT IN (
           SELECT unnest(lifts) FROM suppression_event) AS stands
FROM suppression_event AS event;
