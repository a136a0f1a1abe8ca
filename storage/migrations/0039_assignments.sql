-- Who is to read which papers. Append-only.
CREATE TABLE assignment_event (
    seq BIGINT NOT NULL,
    assignment BIGINT NOT NULL,        -- seq of the event that assigned
    kind VARCHAR NOT NULL,             -- assigned, released
    section VARCHAR,                   -- null: a batch
    papers VARCHAR[],                  -- of a batch; null: a section
    reviewer VARCHAR NOT NULL,         -- who is to read
    actor VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW assignments AS
SELECT assignment AS assignment_id,
       any_value(section) AS section,
       any_value(papers) AS papers,
       any_value(reviewer) AS reviewer,
       arg_max(actor, seq) FILTER (kind = 'assigned') AS assigned_by,
       arg_max(happened_at, seq) FILTER (kind = 'assigned') AS assigned_at,
       arg_max(actor, seq) FILTER (kind = 'released') AS released_by,
       arg_max(happened_at, seq) FILTER (kind = 'released') AS released_at,
       bool_and(kind = 'assigned') AS standing
FROM assignment_event
GROUP BY assignment;

-- When people are away. Append-only.
CREATE TABLE absence_event (
    seq BIGINT NOT NULL,
    absence BIGINT NOT NULL,           -- seq of the event that noted it
    kind VARCHAR NOT NULL,             -- away, back
    reviewer VARCHAR NOT NULL,
    first_day DATE NOT NULL,           -- of back: the day from which the person is here again
    last_day DATE,                     -- inclusive; null: until the person is back
    actor VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW absences AS
SELECT absence AS absence_id,
       any_value(reviewer) AS reviewer,
       min(first_day) FILTER (kind = 'away') AS first_day,
       least(min(last_day) FILTER (kind = 'away'),
             CAST(min(first_day) FILTER (kind = 'back') - INTERVAL 1 DAY AS DATE)) AS last_day,
       arg_max(actor, seq) FILTER (kind = 'away') AS noted_by,
       arg_max(happened_at, seq) FILTER (kind = 'away') AS noted_at,
       arg_max(happened_at, seq) FILTER (kind = 'back') AS ended_at
FROM absence_event
GROUP BY absence;
