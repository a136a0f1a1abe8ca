-- Publications that an older database, put back from a backup, did not know and took over from the
-- notes beside it: what they were made from may be missing in it.

-- No DEFAULT, as in 0005. NULL: recorded when it was made.
ALTER TABLE publication_act ADD COLUMN adopted_at TIMESTAMP;

-- As in 0025, with the new column.
CREATE OR REPLACE VIEW publications AS
SELECT act.act_id, act.target, ended.finished_at AS published_at, act.person AS published_by,
       len(list_distinct([entry.arxiv_id FOR entry IN act.entries])) AS papers,
       act.entries, act.counts, act.files, act.override_reason, act.overridden, act.run_id,
       act.begun_at, act.seq, act.settings, act.program,
       coalesce(act.settings_only, false) AS settings_only, act.adopted_at
FROM publication_act AS act
JOIN publication_end AS ended ON ended.act_id = act.act_id;
