-- What was noticed and told to the operator. Append-only.
CREATE TABLE alert_event (
    seq BIGINT NOT NULL,
    alarm BIGINT NOT NULL,             -- seq of the event that raised it
    cause VARCHAR NOT NULL,            -- such as silence or day:2026-03-17
    kind VARCHAR NOT NULL,             -- raised, worse, repeated, cleared, ended; accepted, withdrawn; telling, told, failed, uncertain
    happened_at TIMESTAMP NOT NULL,
    level BIGINT NOT NULL,             -- of raised, worse, repeated: how bad it is, in the cause's own unit; else 0
    sentence VARCHAR NOT NULL,         -- of the same, and of cleared
    remedy VARCHAR NOT NULL,
    about BIGINT,                      -- of telling to uncertain: seq of the news
    way VARCHAR NOT NULL,              -- of the same: webhook, command, or mail and an address
    message VARCHAR NOT NULL,          -- of the same: the message that carried it
    person VARCHAR NOT NULL,           -- of accepted and withdrawn
    detail VARCHAR NOT NULL            -- reason of an acceptance, answer to a message
);

CREATE VIEW alerts AS
SELECT alarm AS alert_id,
       any_value(cause) AS cause,
       arg_max(sentence, seq) FILTER (kind IN ('raised', 'worse', 'repeated')) AS sentence,
       arg_max(remedy, seq) FILTER (kind IN ('raised', 'worse', 'repeated')) AS remedy,
       CASE WHEN bool_or(kind IN ('cleared', 'ended')) THEN 'over'
            WHEN arg_max(kind, seq) FILTER (kind IN ('accepted', 'withdrawn', 'worse')) = 'accepted'
                THEN 'accepted'
            ELSE 'standing' END AS status,
       min(happened_at) AS raised_at,
       min(happened_at) FILTER (kind = 'told') AS told_at,
       arg_max(person, seq) FILTER (kind = 'accepted') AS accepted_by,
       arg_max(detail, seq) FILTER (kind = 'accepted') AS reason,
       max(happened_at) FILTER (kind IN ('cleared', 'ended')) AS over_at
FROM alert_event
GROUP BY alarm;
