-- What editors do with the issue of a week: edits, builds, approvals. Append-only.
CREATE TABLE issue_event (
    seq BIGINT NOT NULL,
    week VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- lead, order, note, built, approved, withdrawn or published
    language VARCHAR,                  -- of a lead
    arxiv_id VARCHAR,                  -- of a note
    content VARCHAR,                   -- the lead or the note; empty: taken away
    highlights VARCHAR[],              -- of an order; null: those that reviewers highlighted
    digest VARCHAR,                    -- sha256 of the built files
    figures VARCHAR,                   -- JSON, of built
    editor VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL
);

CREATE VIEW issue_events AS
SELECT seq, week, kind, language, arxiv_id, content, highlights, digest, figures, editor,
       happened_at
FROM issue_event;

-- Digests published before issues were recorded have rows in `publication` only.
CREATE VIEW issues AS
WITH recorded AS (
    SELECT week,
           max(seq) FILTER (kind IN ('lead', 'order', 'note')) AS edited,
           max(seq) FILTER (kind = 'built') AS built,
           max(seq) FILTER (kind = 'approved') AS approved,
           max(seq) FILTER (kind = 'withdrawn') AS withdrawn,
           max(seq) FILTER (kind = 'published') AS published
    FROM issue_event
    GROUP BY week
),
sent AS (
    SELECT substr(target, 8) AS week, max(published_at) AS published_at
    FROM publication
    WHERE starts_with(target, 'digest:')
    GROUP BY target
)
SELECT coalesce(recorded.week, sent.week) AS week,
       CASE WHEN published > greatest(coalesce(edited, 0), coalesce(built, 0))
              OR sent.week IS NOT NULL AND edited IS NULL AND built IS NULL THEN 'published'
            WHEN approved > greatest(coalesce(edited, 0), built, coalesce(withdrawn, 0))
            THEN 'approved'
            WHEN built IS NOT NULL OR sent.week IS NOT NULL THEN 'built'
            ELSE 'none' END AS state,
       build.digest,
       edit.seq AS edition, edit.happened_at AS edited_at, edit.editor AS edited_by,
       coalesce(edited > built, edited IS NOT NULL) AS edited_since,
       build.happened_at AS built_at, build.editor AS built_by,
       approval.happened_at AS approved_at, approval.editor AS approved_by,
       coalesce(publishing.happened_at, sent.published_at) AS published_at
FROM recorded
FULL JOIN sent ON sent.week = recorded.week
LEFT JOIN issue_event AS edit ON edit.seq = edited
LEFT JOIN issue_event AS build ON build.seq = built
LEFT JOIN issue_event AS approval
  ON approval.seq = approved
     AND approved > greatest(coalesce(edited, 0), built, coalesce(withdrawn, 0))
LEFT JOIN issue_event AS publishing ON publishing.seq = published;
