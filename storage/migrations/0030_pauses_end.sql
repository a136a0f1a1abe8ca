-- A pause can end by itself: on this day (UTC) the person receives mail again. Null: it does not.
ALTER TABLE subscriber_event ADD COLUMN paused_until DATE;

CREATE OR REPLACE VIEW subscriber_events AS
SELECT seq, subscriber_id, kind, source, consent_id, wording, consented_at, language, sections,
       rhythm, person, happened_at, paused_until
FROM subscriber_event;

CREATE OR REPLACE VIEW subscribers AS
WITH known AS (
    SELECT subscriber_id,
           max(seq) FILTER (kind IN ('confirmed', 'imported')) AS joined,
           max(seq) FILTER (kind IN ('left', 'deleted')) AS departed,
           max(seq) FILTER (kind = 'paused') AS paused,
           max(seq) FILTER (kind = 'resumed') AS resumed,
           arg_max_null(paused_until, seq) FILTER (kind = 'paused') AS paused_until,
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
       known.wording, known.consented_at, known.joined_by, known.first_at, known.last_at,
       CASE WHEN NOT deleted AND joined > coalesce(departed, 0)
                 AND paused > greatest(coalesce(resumed, 0), joined)
            THEN known.paused_until END AS paused_until
FROM known
LEFT JOIN subscriber_contact AS contact ON contact.subscriber_id = known.subscriber_id;
