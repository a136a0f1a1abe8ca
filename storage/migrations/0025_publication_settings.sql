-- With which settings and program a publication was built, so that it can be built again as it was.

-- No DEFAULT, as in 0005. NULL in older rows means not recorded.
ALTER TABLE publication_act ADD COLUMN settings VARCHAR;    -- JSON, by `section.key`
ALTER TABLE publication_act ADD COLUMN program VARCHAR;
ALTER TABLE publication_act ADD COLUMN settings_only BOOLEAN;

-- As in 0016, with the new columns.
CREATE OR REPLACE VIEW publications AS
SELECT act.act_id, act.target, ended.finished_at AS published_at, act.person AS published_by,
       len(list_distinct([entry.arxiv_id FOR entry IN act.entries])) AS papers,
       act.entries, act.counts, act.files, act.override_reason, act.overridden, act.run_id,
       act.begun_at, act.seq, act.settings, act.program,
       coalesce(act.settings_only, false) AS settings_only
FROM publication_act AS act
JOIN publication_end AS ended ON ended.act_id = act.act_id;
