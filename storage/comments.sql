-- What tables, views and columns mean. Applied only where the schema is described
-- (`storage/engine/schema.py`): databases are created without it, because 200 comments would cost
-- more than all migrations. Types and definitions are in `storage/schema.sql`.

COMMENT ON VIEW papers IS
    'One row per paper, in its current state.';
COMMENT ON COLUMN papers.arxiv_id IS
    'key of the paper: the canonical arXiv ID without version; for a work that is not at arXiv `doi:` and its DOI in lower case';
COMMENT ON COLUMN papers.version IS 'highest version known, from 1';
COMMENT ON COLUMN papers.title IS
    'on one line; TeX accents as Unicode, formulas as the source wrote them';
COMMENT ON COLUMN papers.abstract IS 'as `title`; null: arXiv has none';
COMMENT ON COLUMN papers.authors IS 'in the paper''s order';
COMMENT ON COLUMN papers.categories IS
    'arXiv''s categories with aliases resolved, the primary one first';
COMMENT ON COLUMN papers.primary_category IS
    'arXiv''s primary category; empty for a work that is not at arXiv';
COMMENT ON COLUMN papers.comment IS 'the authors'' comment: pages, venue, reason of a withdrawal';
COMMENT ON COLUMN papers.doi IS
    'DOI of the journal version, or of a work that is not at arXiv; several are separated by spaces';
COMMENT ON COLUMN papers.journal_ref IS 'journal reference';
COMMENT ON COLUMN papers.license IS 'URL of the licence';
COMMENT ON COLUMN papers.submitted_at IS 'when version 1 was submitted';
COMMENT ON COLUMN papers.updated_at IS 'when the current version was submitted';
COMMENT ON COLUMN papers.withdrawn IS 'whether the current version is a withdrawal';
COMMENT ON COLUMN papers.first_seen_at IS 'when the paper was first stored';
COMMENT ON COLUMN papers.content_hash IS
    'sha256 of title, abstract, authors, comment and withdrawn, in hex';
COMMENT ON COLUMN papers.source IS
    'source of the text: `oai`, `snapshot` or `query`; `corpus` for a work that is not at arXiv';
COMMENT ON COLUMN papers.datestamp IS
    'OAI''s day (UTC) of the last metadata change, not a publication date';
COMMENT ON COLUMN papers.changed_at IS 'when a difference was last stored in this row';
COMMENT ON COLUMN papers.announced IS
    'day (New York) of the first feed that named it as new or cross-listed; without one the day that arXiv''s calendar gives for its first submission';

COMMENT ON VIEW paper_versions IS
    'One row per known version of a paper.';
COMMENT ON COLUMN paper_versions.arxiv_id IS 'the paper';
COMMENT ON COLUMN paper_versions.version IS 'from 1';
COMMENT ON COLUMN paper_versions.submitted_at IS 'when this version was submitted';
COMMENT ON COLUMN paper_versions.seen_at IS 'when the version was first seen';
COMMENT ON COLUMN paper_versions.withdrawn IS 'whether this version is a withdrawal';

COMMENT ON VIEW changes IS
    'One row per change to a paper after it was first stored. Text is compared only with text of the same source, because OAI and the snapshot send formulas as TeX and the query API sends them converted.';
COMMENT ON COLUMN changes.arxiv_id IS 'the paper';
COMMENT ON COLUMN changes.kind IS
    '`new_version`, `version_corrected` (counted too high before), `title`, `abstract`, `authors`, `comment`, `categories`, `journal_ref`, `doi`, `license`, `withdrawn` or `restored`';
COMMENT ON COLUMN changes.old IS 'value before; for `restored` the comment of the withdrawal';
COMMENT ON COLUMN changes.new IS 'value after; for `withdrawn` its comment';
COMMENT ON COLUMN changes.source IS
    'source that reported the change: `oai`, `snapshot`, `query` or `corpus`';
COMMENT ON COLUMN changes.seen_at IS 'when the change was stored';

COMMENT ON VIEW predictions IS
    'The newest prediction per paper and model.';
COMMENT ON COLUMN predictions.arxiv_id IS 'the paper';
COMMENT ON COLUMN predictions.model_id IS 'the model';
COMMENT ON COLUMN predictions.in_scope IS
    'probability that the paper is in the survey''s scope, 0 to 1';
COMMENT ON COLUMN predictions.sections IS
    'the eight most probable section IDs with their probability, best first';
COMMENT ON COLUMN predictions.facets IS
    'labels of task, modality and technique with their probability';
COMMENT ON COLUMN predictions.predicted_at IS 'when the prediction was made';
COMMENT ON COLUMN predictions.top_section IS 'the first of `sections`';
COMMENT ON COLUMN predictions.terms IS
    'the terms with the largest weights, strongest first; negative weights count against the paper';
COMMENT ON COLUMN predictions.content_hash IS
    'hash of the text the model read; differs from the paper''s if the text has changed since';
COMMENT ON COLUMN predictions.newest IS 'whether the queue shows this prediction; one per paper';
COMMENT ON COLUMN predictions.open_facets IS
    'facets whose best label is below its threshold, to be decided by the reviewer';

COMMENT ON VIEW decisions IS
    'One row per decision of a person. Rows are never changed or deleted: undoing a decision fills `undone_by` and `undone_at`.';
COMMENT ON COLUMN decisions.decision_id IS '16 hex digits of a sha256 over all fields';
COMMENT ON COLUMN decisions.arxiv_id IS 'the paper';
COMMENT ON COLUMN decisions.verdict IS '`approved`, `rejected` or `deferred`';
COMMENT ON COLUMN decisions.sections IS
    'the section IDs of the decision, as the current taxonomy names them';
COMMENT ON COLUMN decisions.reviewer IS 'who decided; `list` for entries of the curated list';
COMMENT ON COLUMN decisions.note IS 'the reviewer''s note';
COMMENT ON COLUMN decisions.decided_at IS 'when the decision was made';
COMMENT ON COLUMN decisions.undone_by IS 'who undid it; null if it was not undone';
COMMENT ON COLUMN decisions.undone_at IS 'when it was undone';
COMMENT ON COLUMN decisions.standing IS
    'whether this is the paper''s last decision that was not undone';
COMMENT ON COLUMN decisions.content_hash IS 'hash of the text the decision was made on';
COMMENT ON COLUMN decisions.seq IS 'order of recording';
COMMENT ON COLUMN decisions.sections_as_decided IS 'the section IDs as the reviewer gave them';
COMMENT ON COLUMN decisions.unplaced IS
    'an approval whose section was removed by a taxonomy change; the paper is in `queue` again';
COMMENT ON COLUMN decisions.reason IS
    'code of a rejection''s reason, see `[[review.reasons]]`; null if none was stated';
COMMENT ON COLUMN decisions.batch_id IS
    'the act in `decision_batches` that recorded it together with others; null if it was recorded alone';
COMMENT ON COLUMN decisions.return_on IS 'a deferred paper waits again from this day on';
COMMENT ON COLUMN decisions.return_after_version IS
    'a deferred paper waits again when its version is higher';
COMMENT ON COLUMN decisions.rule IS 'ID of the rule that decided without a person; null: a person did, or the list';

COMMENT ON VIEW decision_batches IS
    'Acts that recorded several decisions together: one verdict on marked papers, `decide --from` a file, or `bootstrap`.';
COMMENT ON COLUMN decision_batches.batch_id IS '12 hex digits of a sha256 over the decisions'' IDs';
COMMENT ON COLUMN decision_batches.kind IS '`bulk`, `file` or `list`';
COMMENT ON COLUMN decision_batches.source IS 'name of the file';
COMMENT ON COLUMN decision_batches.reviewer IS 'who recorded them';
COMMENT ON COLUMN decision_batches.recorded_at IS
    'when they were recorded; a file may state earlier times of decision';

COMMENT ON VIEW rulings IS
    'Decisions kept as precedent, one row for each paper that has or had one; the paper need not be held.';
COMMENT ON COLUMN rulings.arxiv_id IS 'paper that was ruled on';
COMMENT ON COLUMN rulings.title IS 'its title then; empty if it was not known';
COMMENT ON COLUMN rulings.verdict IS 'approved or rejected';
COMMENT ON COLUMN rulings.sections IS 'of an approval, in the taxonomy of today';
COMMENT ON COLUMN rulings.sentence IS 'why, for later papers like it';
COMMENT ON COLUMN rulings.ruled_by IS 'who made or last revised it';
COMMENT ON COLUMN rulings.ruled_at IS 'when it was made or last revised';
COMMENT ON COLUMN rulings.made_at IS 'when it was made';
COMMENT ON COLUMN rulings.source IS 'file that it was imported from; null: made here';
COMMENT ON COLUMN rulings.stands IS 'it was not withdrawn';
COMMENT ON COLUMN rulings.withdrawn_by IS 'who withdrew it; null: it stands';
COMMENT ON COLUMN rulings.withdrawn_at IS 'when it was withdrawn; null: it stands';


COMMENT ON VIEW cross_scores IS
    'Decided papers with probabilities by models that did not learn from them, as `second-look find` left them.';
COMMENT ON COLUMN cross_scores.arxiv_id IS 'decided paper';
COMMENT ON COLUMN cross_scores.decision_id IS 'decision that stood then';
COMMENT ON COLUMN cross_scores.in_scope IS 'probability of the scope';
COMMENT ON COLUMN cross_scores.sections IS 'the best sections';
COMMENT ON COLUMN cross_scores.taxonomy IS 'fingerprint of the taxonomy';
COMMENT ON COLUMN cross_scores.scored_at IS 'when they were scored';


COMMENT ON VIEW second_looks IS
    'Old decisions that a person read again and left as they are.';
COMMENT ON COLUMN second_looks.seq IS 'number of the act, from 1';
COMMENT ON COLUMN second_looks.arxiv_id IS 'decided paper';
COMMENT ON COLUMN second_looks.decision_id IS 'decision that stays';
COMMENT ON COLUMN second_looks.content_hash IS 'text that was read';
COMMENT ON COLUMN second_looks.person IS 'who read it';
COMMENT ON COLUMN second_looks.happened_at IS 'when';


COMMENT ON VIEW rule_events IS
    'What was done with rules that decide without a person.';
COMMENT ON COLUMN rule_events.seq IS 'number of the act, from 1';
COMMENT ON COLUMN rule_events.rule IS 'ID of the rule';
COMMENT ON COLUMN rule_events.kind IS 'enabled, disabled, stopped (by its sample) or undone';
COMMENT ON COLUMN rule_events.fingerprint IS 'hash of the rule, the taxonomy and the meaning of signals';
COMMENT ON COLUMN rule_events.person IS 'who did it; of stopped: the rule itself';
COMMENT ON COLUMN rule_events.happened_at IS 'when it was done';
COMMENT ON COLUMN rule_events.detail IS 'more about it, such as how many decisions were undone';


COMMENT ON VIEW rule_replays IS
    'What a rule would have decided of what people had decided, one row a replay.';
COMMENT ON COLUMN rule_replays.seq IS 'number of the replay, from 1';
COMMENT ON COLUMN rule_replays.rule IS 'ID of the rule';
COMMENT ON COLUMN rule_replays.fingerprint IS 'hash of the rule, the taxonomy and the meaning of signals';
COMMENT ON COLUMN rule_replays.decided IS 'decisions that were compared';
COMMENT ON COLUMN rule_replays.approved IS 'of these, approvals';
COMMENT ON COLUMN rule_replays.missing IS 'of these, without one of the signals';
COMMENT ON COLUMN rule_replays.acted IS 'of these, papers that the rule would have decided';
COMMENT ON COLUMN rule_replays.wrong IS 'of these, papers that people had approved';
COMMENT ON COLUMN rule_replays.low IS 'lower bound of the share that is wrong, 95 % (Clopper and Pearson)';
COMMENT ON COLUMN rule_replays.high IS 'upper bound';
COMMENT ON COLUMN rule_replays.pairs IS 'JSON: how the errors of each two signals go together';
COMMENT ON COLUMN rule_replays.person IS 'who asked for it';
COMMENT ON COLUMN rule_replays.happened_at IS 'when';


COMMENT ON VIEW rule_sample IS
    'Decisions of rules that were drawn for a person to read, week by week.';
COMMENT ON COLUMN rule_sample.rule IS 'ID of the rule';
COMMENT ON COLUMN rule_sample.week IS 'ISO week of the decisions, such as 2026-W12';
COMMENT ON COLUMN rule_sample.arxiv_id IS 'paper';
COMMENT ON COLUMN rule_sample.decision_id IS 'decision of the rule';
COMMENT ON COLUMN rule_sample.drawn_at IS 'when it was drawn';
COMMENT ON COLUMN rule_sample.outcome IS 'open, or what a person said: right, wrong; gone: taken back';


COMMENT ON VIEW highlights IS
    'Papers that reviewers highlight for the digest, one row per paper and reviewer.';
COMMENT ON COLUMN highlights.arxiv_id IS 'the paper';
COMMENT ON COLUMN highlights.reviewer IS 'who highlights it';
COMMENT ON COLUMN highlights.sentence IS 'why, in the reviewer''s words; may be empty';
COMMENT ON COLUMN highlights.highlighted_at IS 'when it was highlighted, or its sentence last changed';

COMMENT ON VIEW opinions IS
    'Words of people that decide nothing alone: two of a double review, a third on two that differ, and papers that a person read again without knowing the first verdict. Undone ones too.';
COMMENT ON COLUMN opinions.opinion_id IS 'of the same form as decision_id; those of older releases begin with op-';
COMMENT ON COLUMN opinions.arxiv_id IS 'the paper';
COMMENT ON COLUMN opinions.kind IS 'first, second, third or repeat';
COMMENT ON COLUMN opinions.verdict IS 'approved, rejected or deferred';
COMMENT ON COLUMN opinions.sections IS 'of an approval';
COMMENT ON COLUMN opinions.reviewer IS 'who gave it';
COMMENT ON COLUMN opinions.note IS 'why, in the reviewer''s words';
COMMENT ON COLUMN opinions.reason IS 'code of a rejection''s reason';
COMMENT ON COLUMN opinions.given_at IS 'when it was given';
COMMENT ON COLUMN opinions.undone_at IS 'when it was taken back; null: it was not';
COMMENT ON COLUMN opinions.settled_by IS
    'the decision that it led to, alone or with others; null: none, or that was taken back';
COMMENT ON COLUMN opinions.beside IS 'opinion_id of the words that it answers';
COMMENT ON COLUMN opinions.repeats IS 'of a repeat: the decision that it repeats';
COMMENT ON COLUMN opinions.batch_id IS 'the act in which it was given with others';
COMMENT ON COLUMN opinions.return_on IS 'of a deferral: a day';
COMMENT ON COLUMN opinions.return_after_version IS 'of a deferral: waits for a later version';
COMMENT ON COLUMN opinions.content_hash IS 'of the text that was read';
COMMENT ON COLUMN opinions.seq IS 'order of recording';
COMMENT ON COLUMN opinions.ruling IS 'its note becomes a ruling when it becomes a decision';

COMMENT ON VIEW queue IS
    'Papers that wait for a reviewer: those with a prediction and without a standing decision, those whose approval lost its section in a taxonomy change, and deferred ones whose day or version has come (days are compared when `run` runs). Withdrawn papers are left out.';
COMMENT ON COLUMN queue.arxiv_id IS 'the paper';
COMMENT ON COLUMN queue.in_scope IS 'probability that the paper is in scope, 0 to 1';
COMMENT ON COLUMN queue.top_section IS 'the most probable section';
COMMENT ON COLUMN queue.priority IS 'higher comes first; equal to `in_scope`';
COMMENT ON COLUMN queue.predicted_at IS 'when the prediction was made';
COMMENT ON COLUMN queue.random_place IS
    'place in the random order: a hash of the ID, independent of the model';
COMMENT ON COLUMN queue.announced IS 'as in `papers`';

COMMENT ON VIEW published IS
    'Which paper was published to which target.';
COMMENT ON COLUMN published.arxiv_id IS 'the paper';
COMMENT ON COLUMN published.target IS 'where it was published, for example `list`';
COMMENT ON COLUMN published.section IS 'section ID it was published under';
COMMENT ON COLUMN published.published_at IS 'when it was published';

COMMENT ON VIEW ledger IS
    'Per announcement day and category, the papers arXiv announced and how many of them are held. A paper counts in each of its categories; replacements do not count.';
COMMENT ON COLUMN ledger.day IS 'announcement day in New York, as dated by the feed';
COMMENT ON COLUMN ledger.category IS 'arXiv''s category';
COMMENT ON COLUMN ledger.announced IS 'papers announced as new or cross-listed';
COMMENT ON COLUMN ledger.held IS 'how many of them are in the database';
COMMENT ON COLUMN ledger.missing IS 'IDs of the others, sorted';
COMMENT ON COLUMN ledger.status IS
    '`complete`: all are held, or the feed had papers for other categories only; `incomplete`: some are missing; `quiet`: the feed was empty and arXiv''s calendar expected nothing; `unknown`: not proven, also if `untold` is above 0';
COMMENT ON COLUMN ledger.stale IS 'the feed only repeated an earlier day, so this day is not known';
COMMENT ON COLUMN ledger.checked_at IS 'when the feed was last read; null if it never was';
COMMENT ON COLUMN ledger.announced_ids IS 'IDs of all announced papers, sorted';
COMMENT ON COLUMN ledger.held_from IS
    'the held papers with the source of their current record; a paper found by `query` becomes `oai` when OAI''s record replaces it';
COMMENT ON COLUMN ledger.backfilled_at IS 'when a backfill harvested the day after it was over';
COMMENT ON COLUMN ledger.untold IS
    'items of the feed without a readable paper ID, or 1 if arXiv cut the feed off; 0 once OAI''s complete list of that day has been read';

COMMENT ON VIEW quarantine IS
    'Records that could not be read, whole. Records that were read later leave this view; their bytes are kept.';
COMMENT ON COLUMN quarantine.quarantined_at IS 'when the record was stored';
COMMENT ON COLUMN quarantine.source IS 'who sent it';
COMMENT ON COLUMN quarantine.reason IS 'why it could not be read';
COMMENT ON COLUMN quarantine.raw_path IS 'the archived response that contained it';
COMMENT ON COLUMN quarantine.arxiv_id IS 'the paper, if the ID could be read';
COMMENT ON COLUMN quarantine.raw IS 'the bytes of the record';
COMMENT ON COLUMN quarantine.raw_hash IS 'sha256 of `raw`, in hex';

COMMENT ON VIEW runs IS
    'One row per execution of a command.';
COMMENT ON COLUMN runs.run_id IS 'unique; begins with the start time in UTC';
COMMENT ON COLUMN runs.command IS '`run`, `fetch`, `classify` ...';
COMMENT ON COLUMN runs.started_at IS 'when it began';
COMMENT ON COLUMN runs.finished_at IS 'when it ended; null while it runs and if it was killed';
COMMENT ON COLUMN runs.status IS
    '`running`, `done`, `failed` or `interrupted` (killed; recorded when the next run starts)';
COMMENT ON COLUMN runs.counts IS 'what it counted, by name';
COMMENT ON COLUMN runs.error IS 'the error message of a failed run';
COMMENT ON COLUMN runs.seq IS 'order of starting';
COMMENT ON COLUMN runs.words IS
    'the command line, command first; empty if another command called it';
COMMENT ON COLUMN runs.versions IS
    'by name: `living-survey`, `python`, `duckdb`, `scikit-learn`, `numpy`, and `model`, the model in use at the start';
COMMENT ON COLUMN runs.seconds IS
    'measured seconds by step, and `whole`; also right where LIVING_SURVEY_NOW sets the clock';
COMMENT ON COLUMN runs.corrected IS
    'approved papers whose change at arXiv it stored';

COMMENT ON VIEW late_arrivals IS
    'Papers that arrived days after the announcement they belonged to, for example after moderation.';
COMMENT ON COLUMN late_arrivals.arxiv_id IS 'the paper';
COMMENT ON COLUMN late_arrivals.due_day IS 'the announcement day in New York it was submitted for';
COMMENT ON COLUMN late_arrivals.arrived_day IS 'the day it was announced or first seen';
COMMENT ON COLUMN late_arrivals.noted_at IS 'when a run recorded it';

COMMENT ON VIEW taxonomy_changes IS
    'Changes made by `living-survey taxonomy migrate --apply`, one row per section. They never change a decision.';
COMMENT ON COLUMN taxonomy_changes.change_id IS 'one per migration';
COMMENT ON COLUMN taxonomy_changes.applied_at IS 'when it was applied';
COMMENT ON COLUMN taxonomy_changes.applied_by IS 'who applied it';
COMMENT ON COLUMN taxonomy_changes.kind IS
    '`rename`, `move`, `merge`, `split`, `dissolve`, `add`, `relabel` or `edit`';
COMMENT ON COLUMN taxonomy_changes.old_section IS 'the ID before; null for `add`';
COMMENT ON COLUMN taxonomy_changes.new_sections IS 'the IDs after; empty for `dissolve`';
COMMENT ON COLUMN taxonomy_changes.from_fingerprint IS 'the taxonomy before';
COMMENT ON COLUMN taxonomy_changes.to_fingerprint IS 'the taxonomy after';
COMMENT ON COLUMN taxonomy_changes.seq IS 'order of application';

COMMENT ON VIEW audit_sample IS
    'Papers decided in the queue''s random order: a sample that is independent of the model, from which `living-survey audit` estimates what is still unseen. One row per paper.';
COMMENT ON COLUMN audit_sample.arxiv_id IS 'the paper';
COMMENT ON COLUMN audit_sample.decision_id IS 'the decision it was last drawn for';
COMMENT ON COLUMN audit_sample.drawn_at IS 'when it was drawn';
COMMENT ON COLUMN audit_sample.verdict IS
    'the current verdict on the paper; null if its decision was undone';

COMMENT ON VIEW issue_events IS
    'What editors did with the issue of a week: leads, orders of highlights, notes, builds, approvals.';
COMMENT ON COLUMN issue_events.seq IS 'order of recording';
COMMENT ON COLUMN issue_events.week IS 'ISO week such as 2026-W12';
COMMENT ON COLUMN issue_events.kind IS
    'lead, order, note, built, approved, withdrawn (the approval) or published';
COMMENT ON COLUMN issue_events.language IS 'of a lead';
COMMENT ON COLUMN issue_events.arxiv_id IS 'of a note';
COMMENT ON COLUMN issue_events.content IS 'the lead or the note; empty: taken away';
COMMENT ON COLUMN issue_events.highlights IS
    'arXiv IDs of an order; null: those that reviewers highlighted';
COMMENT ON COLUMN issue_events.digest IS 'sha256 of the built files';
COMMENT ON COLUMN issue_events.figures IS 'JSON, what the build states and cannot be counted later';
COMMENT ON COLUMN issue_events.editor IS 'who did it';
COMMENT ON COLUMN issue_events.happened_at IS 'when';

COMMENT ON VIEW issues IS
    'The issues of weeks that were edited, built or published, and how far each is.';
COMMENT ON COLUMN issues.week IS 'ISO week such as 2026-W12';
COMMENT ON COLUMN issues.state IS
    'none, built, approved or published; an edit or another build ends approved and published';
COMMENT ON COLUMN issues.digest IS 'sha256 of the files that were built last';
COMMENT ON COLUMN issues.edition IS 'seq of the last edit';
COMMENT ON COLUMN issues.edited_at IS 'when it was last edited';
COMMENT ON COLUMN issues.edited_by IS 'who edited it last';
COMMENT ON COLUMN issues.edited_since IS 'edited since it was built, so it must be built again';
COMMENT ON COLUMN issues.built_at IS 'when it was last built';
COMMENT ON COLUMN issues.built_by IS 'who built it last';
COMMENT ON COLUMN issues.approved_at IS 'when it was approved; null: no approval stands';
COMMENT ON COLUMN issues.approved_by IS 'who approved it';
COMMENT ON COLUMN issues.published_at IS 'when it was last published, perhaps before the last edit';

COMMENT ON TABLE schema_migration IS
    'Migrations applied to this file.';

COMMENT ON TABLE store_state IS
    'One row: the number of committed transactions. The manifest beside the file repeats it, so that lost commits are noticed on opening.';

COMMENT ON TABLE paper IS
    'One row per paper.';
COMMENT ON COLUMN paper.arxiv_id IS 'key: the arXiv ID without version, or doi: and a DOI';
COMMENT ON COLUMN paper.version IS 'the highest seen from any source';
COMMENT ON COLUMN paper.abstract IS
    'stored with zstd compression: a third smaller, and checkpoints take a third of the time';
COMMENT ON COLUMN paper.categories IS 'the primary one first';
COMMENT ON COLUMN paper.submitted_at IS 'of version 1';
COMMENT ON COLUMN paper.updated_at IS 'of the current version';
COMMENT ON COLUMN paper.source IS 'source of the text: oai, snapshot, query or corpus';
COMMENT ON COLUMN paper.datestamp IS 'OAI''s day of the last metadata change';
COMMENT ON COLUMN paper.changed_at IS 'when a column visible to readers last changed';
COMMENT ON COLUMN paper.content_hash IS 'sha256 of title, abstract, authors, comment and withdrawn';
COMMENT ON COLUMN paper.record_hash IS
    'hash of the record as its source sent it (`storage/record_hash.py`)';
COMMENT ON COLUMN paper.taken_at IS
    'when the source in `source` last sent a changed whole record; null: not since first_seen_at';

COMMENT ON TABLE paper_version IS
    'Versions of papers.';
COMMENT ON COLUMN paper_version.submitted_at IS 'null if the source did not say';

COMMENT ON TABLE change IS
    'Changes of papers, append-only.';
COMMENT ON COLUMN change.source IS 'source that reported the change';

COMMENT ON TABLE prediction IS
    'One row per paper and model.';
COMMENT ON COLUMN prediction.top_section IS 'null if the model named none';
COMMENT ON COLUMN prediction.content_hash IS 'of the text that was read';
COMMENT ON COLUMN prediction.newest IS 'whether the queue shows this prediction';
COMMENT ON COLUMN prediction.open_facets IS 'null in rows older than the column: none';
COMMENT ON COLUMN prediction.random_place IS 'place in the random order of the audit';

COMMENT ON TABLE decision_event IS
    'Decisions and undos, append-only.';
COMMENT ON COLUMN decision_event.seq IS 'order of recording';
COMMENT ON COLUMN decision_event.kind IS 'decide or undo';
COMMENT ON COLUMN decision_event.decision_id IS 'an undo has the ID of the decision it undoes';
COMMENT ON COLUMN decision_event.reviewer IS 'who decided, or who undid';
COMMENT ON COLUMN decision_event.happened_at IS 'decided_at, or undone_at';
COMMENT ON COLUMN decision_event.content_hash IS 'of the text that was read';
COMMENT ON COLUMN decision_event.reason IS 'code of a rejection''s reason; null: not stated';
COMMENT ON COLUMN decision_event.batch_id IS 'of the act it was decided in; null: alone';
COMMENT ON COLUMN decision_event.return_on IS 'a deferred paper waits again from this day on';
COMMENT ON COLUMN decision_event.return_after_version IS
    'a deferred paper waits again when its version is higher';

COMMENT ON TABLE decision_batch IS
    'Decisions recorded together, append-only.';
COMMENT ON COLUMN decision_batch.kind IS 'bulk, file or list';
COMMENT ON COLUMN decision_batch.source IS 'name of the file';

COMMENT ON TABLE preference_event IS
    'What reviewers prefer, append-only; the last value of a name counts.';
COMMENT ON COLUMN preference_event.seq IS 'order of recording';
COMMENT ON COLUMN preference_event.name IS 'views, keys, language, limit or visited';
COMMENT ON COLUMN preference_event.value IS 'JSON';

COMMENT ON TABLE highlight_event IS
    'Papers highlighted for the digest, append-only.';
COMMENT ON COLUMN highlight_event.seq IS 'order of recording';
COMMENT ON COLUMN highlight_event.kind IS 'set or clear';
COMMENT ON COLUMN highlight_event.sentence IS 'may be empty';

COMMENT ON TABLE issue_event IS
    'What editors do with the issue of a week, append-only.';
COMMENT ON COLUMN issue_event.seq IS 'order of recording';
COMMENT ON COLUMN issue_event.week IS 'ISO week such as 2026-W12';
COMMENT ON COLUMN issue_event.kind IS
    'lead, order, note, built, approved, withdrawn or published';
COMMENT ON COLUMN issue_event.language IS 'of a lead';
COMMENT ON COLUMN issue_event.arxiv_id IS 'of a note';
COMMENT ON COLUMN issue_event.content IS 'the lead or the note; empty: taken away';
COMMENT ON COLUMN issue_event.highlights IS
    'of an order; null: those that reviewers highlighted';
COMMENT ON COLUMN issue_event.digest IS 'sha256 of the built files';
COMMENT ON COLUMN issue_event.figures IS 'JSON, of built';

COMMENT ON TABLE opinion_event IS
    'Words of double reviews and of repeated papers, taken back or made decisions; append-only.';
COMMENT ON COLUMN opinion_event.event IS 'give, undo or release';
COMMENT ON COLUMN opinion_event.kind IS 'of give: first, second, third or repeat';
COMMENT ON COLUMN opinion_event.reviewer IS 'who gave it, took it back or released it';
COMMENT ON COLUMN opinion_event.content_hash IS 'of give: the text that was read';
COMMENT ON COLUMN opinion_event.beside IS 'of a second or third word: the words that it answers';
COMMENT ON COLUMN opinion_event.decision_id IS 'recorded with it, in the same transaction';
COMMENT ON COLUMN opinion_event.repeats IS 'of a repeat: the decision that it repeats';
COMMENT ON COLUMN opinion_event.batch_id IS 'the act it was given in';

COMMENT ON TABLE decided_text IS
    'Texts of papers as they were when a decision was made.';

COMMENT ON TABLE publication IS
    'Which paper was published to which target, append-only.';

COMMENT ON TABLE announcement IS
    'Items of announcement feeds.';
COMMENT ON COLUMN announcement.day IS 'in America/New_York, as dated by the feed';
COMMENT ON COLUMN announcement.announce_type IS 'new, cross, replace or replace-cross';

COMMENT ON TABLE feed_check IS
    'Reads of a day''s feed, per category.';
COMMENT ON COLUMN feed_check.items IS 'new and cross-listed papers in the feed';
COMMENT ON COLUMN feed_check.known_before IS
    'of these, announced in this category on an earlier day';
COMMENT ON COLUMN feed_check.stale IS 'all of them were: the feed repeated an earlier day';
COMMENT ON COLUMN feed_check.calendar_quiet IS
    'arXiv''s calendar expects no announcement on this day';

COMMENT ON TABLE quarantined IS
    'Records that could not be read.';
COMMENT ON COLUMN quarantined.raw_hash IS 'sha256 of raw';

COMMENT ON TABLE run_start IS
    'Started commands.';
COMMENT ON COLUMN run_start.seq IS 'order of starting';
COMMENT ON COLUMN run_start.process IS 'host, PID and start time of the process';

COMMENT ON TABLE run_end IS
    'Ended commands.';
COMMENT ON COLUMN run_end.finished_at IS 'null if the process was killed';
COMMENT ON COLUMN run_end.status IS 'done, failed or interrupted';

COMMENT ON TABLE source_cursor IS
    'How far each source has been read.';

COMMENT ON TABLE expected_day IS
    'Days on which the calendar expects announcements, recorded by a run. Without a row in feed_check the day''s feed was never read, and arXiv does not serve it again.';

COMMENT ON TABLE backfilled IS
    'Windows of OAI datestamps that `living-survey backfill` harvested in all sets.';

COMMENT ON TABLE late_arrival IS
    'Papers that arrived after their announcement day.';
COMMENT ON COLUMN late_arrival.due_day IS 'the announcement day it belonged to';
COMMENT ON COLUMN late_arrival.arrived_day IS 'the day it was announced or first seen';

COMMENT ON TABLE quarantine_resolution IS
    'Quarantined records that could be read later.';
COMMENT ON COLUMN quarantine_resolution.reason IS
    'as quarantined: hash, source and reason identify the record';
COMMENT ON COLUMN quarantine_resolution.papers IS 'how many papers the record contained';

COMMENT ON VIEW harvests IS
    'One row per window of arXiv''s records that was read to its end. `living-survey status` says what they cover together.';
COMMENT ON COLUMN harvests.source IS '`oai`, or `snapshot` for an imported file';
COMMENT ON COLUMN harvests.set_name IS 'the OAI set, such as `cs`; it has all of `cs:cs:CV`';
COMMENT ON COLUMN harvests.from_day IS 'first OAI datestamp (UTC), inclusive';
COMMENT ON COLUMN harvests.until_day IS
    'last OAI datestamp, inclusive; only days before `answered_at` are covered';
COMMENT ON COLUMN harvests.answered_at IS 'when arXiv answered';
COMMENT ON COLUMN harvests.empty IS
    'no record came although arXiv''s calendar expects some: it counts when two days'' answers agree';

COMMENT ON VIEW ledger_acceptances IS
    'One row per day and category of the ledger that a person accepted as it is, unless it was taken back.';
COMMENT ON COLUMN ledger_acceptances.day IS 'announcement day';
COMMENT ON COLUMN ledger_acceptances.category IS 'arXiv''s category';
COMMENT ON COLUMN ledger_acceptances.reason IS 'why the day is in order';
COMMENT ON COLUMN ledger_acceptances.missing IS
    'the papers that were missing then; a paper missing later is not accepted';
COMMENT ON COLUMN ledger_acceptances.accepted_by IS 'who accepted it';
COMMENT ON COLUMN ledger_acceptances.accepted_at IS 'when';

COMMENT ON TABLE harvest_window IS
    'Windows of arXiv''s records that were read to their end, append-only.';
COMMENT ON COLUMN harvest_window.answered_at IS 'by arXiv''s clock';

COMMENT ON TABLE ledger_acceptance IS
    'Accepted days of the ledger and acceptances taken back, append-only.';
COMMENT ON COLUMN ledger_acceptance.seq IS 'order of recording';
COMMENT ON COLUMN ledger_acceptance.kind IS '`accept` or `withdraw`';
COMMENT ON COLUMN ledger_acceptance.reason IS 'empty for `withdraw`';

COMMENT ON TABLE taxonomy_text IS
    'Taxonomies as they were written, so that the digest of an old week can be built again.';
COMMENT ON COLUMN taxonomy_text.content IS 'TOML';

COMMENT ON TABLE taxonomy_change IS
    'Applied taxonomy changes.';
COMMENT ON COLUMN taxonomy_change.seq IS 'order of application';
COMMENT ON COLUMN taxonomy_change.models IS 'models with predictions stored before the change';

COMMENT ON TABLE section_move IS
    'What a taxonomy change did to each section.';
COMMENT ON COLUMN section_move.kind IS 'rename, move, merge, split, dissolve, add, relabel or edit';
COMMENT ON COLUMN section_move.old_section IS 'null for add';
COMMENT ON COLUMN section_move.new_sections IS 'empty for dissolve';

COMMENT ON TABLE placement IS
    'Sections of earlier decisions after a taxonomy change.';
COMMENT ON COLUMN placement.seq IS 'of the change';
COMMENT ON COLUMN placement.unplaced IS 'an approval that a reviewer must place again';

COMMENT ON TABLE audit_draw IS
    'Decisions made on papers in random order, append-only.';
COMMENT ON COLUMN audit_draw.seq IS 'order of drawing';
COMMENT ON COLUMN audit_draw.decision_id IS 'the decision it was drawn for';

COMMENT ON TABLE run_words IS
    'Command lines of runs. A table of its own, because older versions of the program write run_start.';
COMMENT ON COLUMN run_words.words IS 'as typed, command first';

COMMENT ON TABLE run_versions IS
    'What a run was made of, recorded at its start. A table of its own, because older versions of the program write run_start.';
COMMENT ON COLUMN run_versions.versions IS 'of program, libraries and the model in use then';

COMMENT ON TABLE run_detail IS
    'What a run took and whom it concerned. A table of its own, because older versions of the program write run_end.';
COMMENT ON COLUMN run_detail.seconds IS 'by step, and `whole`';
COMMENT ON COLUMN run_detail.corrected IS 'approved papers whose change at arXiv it stored';

COMMENT ON TABLE feed_gap IS
    'Feeds with unreadable items or cut off by arXiv: such a day proves nothing until OAI''s list of it has been read whole. A table of its own, because older versions write feed_check.';
COMMENT ON COLUMN feed_gap.checked_at IS 'as in feed_check';
COMMENT ON COLUMN feed_gap.items IS 'items that may have announced papers in this category';

COMMENT ON TABLE feed_gap_closed IS
    'Gaps closed since.';
COMMENT ON COLUMN feed_gap_closed.closed_at IS
    'when OAI''s list of that day had been read whole, after the day was over';

COMMENT ON VIEW corrections IS
    'One row per answer to a case of the inbox, also those that were taken back.';
COMMENT ON COLUMN corrections.resolution_id IS 'number of the answer';
COMMENT ON COLUMN corrections.arxiv_id IS 'the paper';
COMMENT ON COLUMN corrections.decision_id IS 'decision that stands after it';
COMMENT ON COLUMN corrections.resolution IS
    '`kept`, `noted` (kept, with its publication), `moved` (approved in other sections), `taken back` (rejected), and of rejected papers `queued` (waits again) or `approved`';
COMMENT ON COLUMN corrections.kinds IS 'what had changed, the gravest first';
COMMENT ON COLUMN corrections.note IS 'why, or the reference of a published paper';
COMMENT ON COLUMN corrections.reviewer IS 'who answered';
COMMENT ON COLUMN corrections.resolved_at IS 'when';
COMMENT ON COLUMN corrections.undone_by IS 'who took the answer back; null: it holds';
COMMENT ON COLUMN corrections.undone_at IS 'when it was taken back';

COMMENT ON VIEW inbox IS
    'One row per open case: an approved paper that changed at arXiv, or a rejected one whose newer text is much likelier in scope.';
COMMENT ON COLUMN inbox.arxiv_id IS 'the paper';
COMMENT ON COLUMN inbox.verdict IS 'of the standing decision';
COMMENT ON COLUMN inbox.kinds IS
    'what differs from the record that was decided on, the gravest first: `withdrawn`, `restored`, `returned`, `title`, `categories`, `abstract`, `journal_ref`, `doi`, `new_version`';
COMMENT ON COLUMN inbox.decision_id IS 'the standing decision';
COMMENT ON COLUMN inbox.score_before IS
    'of a returned paper: probability of the text that was rejected';
COMMENT ON COLUMN inbox.score_now IS 'probability of the newer text by the same model';
COMMENT ON COLUMN inbox.model_id IS 'that model';
COMMENT ON COLUMN inbox.found_at IS 'when the change was found';
COMMENT ON COLUMN inbox.rank IS 'place of the gravest kind, from 0';
COMMENT ON COLUMN inbox.base IS
    'answer since which the paper changed again; 0: since the decision';

COMMENT ON VIEW same_work IS
    'One row per pair of papers of which a reviewer said whether they are the same work.';
COMMENT ON COLUMN same_work.first_id IS 'the smaller ID';
COMMENT ON COLUMN same_work.second_id IS 'the other paper';
COMMENT ON COLUMN same_work.answer IS '`same` or `different`';
COMMENT ON COLUMN same_work.keeps IS 'which of them is listed; null: both may be';
COMMENT ON COLUMN same_work.decision_id IS 'decision that rejected the other';
COMMENT ON COLUMN same_work.reviewer IS 'who answered';
COMMENT ON COLUMN same_work.answered_at IS 'when';

COMMENT ON COLUMN papers.incomplete IS
    'whether there is no text to judge: no abstract, a placeholder, or the title again';

COMMENT ON COLUMN paper.incomplete IS 'whether there is no text to judge; null: there is';
COMMENT ON COLUMN paper.title_key IS 'hash of the title''s letters and digits; null: it has none';

COMMENT ON COLUMN decision_event.record IS
    'what was read beside the text; null: an undo';

COMMENT ON TABLE incomplete_ask IS
    'When arXiv was asked again for the record of an incomplete paper, append-only.';
COMMENT ON COLUMN incomplete_ask.outcome IS 'whole, incomplete or failed';

COMMENT ON TABLE correction_case IS
    'Decided papers whose record is no longer the one decided on; found again from the records. A row without kinds is no case.';
COMMENT ON COLUMN correction_case.decision_id IS 'that stood';
COMMENT ON COLUMN correction_case.base IS 'seq of the resolution compared with; 0: the decision';
COMMENT ON COLUMN correction_case.record_key IS 'hash of the record looked at';

COMMENT ON TABLE correction_event IS
    'What reviewers did with cases, and what they took back, append-only.';
COMMENT ON COLUMN correction_event.kind IS 'resolve or undo';
COMMENT ON COLUMN correction_event.resolves IS 'seq of the resolution';
COMMENT ON COLUMN correction_event.decision_id IS 'that stands after it';

COMMENT ON TABLE same_work_event IS
    'Answers of reviewers whether two papers are the same work, append-only.';
COMMENT ON COLUMN same_work_event.answer IS 'same, different or undo';

COMMENT ON TABLE work_key IS
    'Hashes that papers on the same work share, of likely and of decided papers.';

COMMENT ON TABLE same_work_pair IS
    'Papers that are perhaps the same work; found again from the keys.';
COMMENT ON COLUMN same_work_pair.why IS 'same title, near title, same abstract, same doi or comment';
COMMENT ON COLUMN same_work_pair.said IS 'what a comment says of the other';
COMMENT ON TABLE waiting IS
    'The queue, stored: derived from `prediction`, `paper` and `decisions` in the transaction that changes those (`storage/waiting.py`).';
COMMENT ON COLUMN waiting.top_section IS 'as in `prediction`';
COMMENT ON COLUMN waiting.announced IS 'as in `papers`';
COMMENT ON COLUMN waiting.open_facets IS 'as in `predictions`, never null';
COMMENT ON COLUMN waiting.waits_from IS
    'the day from which a deferred paper waits again; 1991-08-14, arXiv''s first: it waits now';
COMMENT ON COLUMN waiting.words IS
    'title, ID, authors and abstract without case and accents; null below 5 %';

COMMENT ON TABLE followed IS
    'The order of the most likely waiting papers after decisions that the model has not learned from: derived and written whole.';
COMMENT ON COLUMN followed.score IS
    'decides the place among probabilities; what is shown is `waiting.in_scope`';
COMMENT ON TABLE following IS
    'What `followed` follows; no row: the order is that of the predictions.';
COMMENT ON COLUMN following.model_id IS 'the model whose probabilities are shown';
COMMENT ON COLUMN following.decisions IS 'that it has not learned from';
COMMENT ON COLUMN following.least_in_scope IS 'lowest probability among the papers of `followed`';

COMMENT ON TABLE survey_day IS
    'One row: the day up to which deferred papers have returned, by the survey''s clock.';

COMMENT ON TABLE publication_act IS
    'Publications with what they write, recorded before the files are replaced, append-only.';
COMMENT ON COLUMN publication_act.seq IS 'order of recording';
COMMENT ON COLUMN publication_act.person IS 'who published';
COMMENT ON COLUMN publication_act.run_id IS 'null outside of a recorded run';
COMMENT ON COLUMN publication_act.override_reason IS 'null: nothing was overridden';
COMMENT ON COLUMN publication_act.overridden IS 'the refusals that the reason set aside';
COMMENT ON COLUMN publication_act.settings IS 'JSON, by `section.key`; null: not recorded';
COMMENT ON COLUMN publication_act.program IS 'version of the program; null: not recorded';
COMMENT ON COLUMN publication_act.settings_only IS 'as in `publications`; null: not recorded';
COMMENT ON COLUMN publication_act.adopted_at IS 'as in `publications`';

COMMENT ON TABLE publication_end IS
    'Publications whose files are all in place, append-only.';

COMMENT ON TABLE publication_refusal IS
    'Why targets were refused, append-only.';
COMMENT ON COLUMN publication_refusal.seq IS 'order of recording';
COMMENT ON COLUMN publication_refusal.kind IS
    'refuse, or clear: the target could be published again';
COMMENT ON COLUMN publication_refusal.reasons IS 'empty for clear';

COMMENT ON VIEW publications IS
    'One row per publication of a target whose files are all in place.';
COMMENT ON COLUMN publications.act_id IS 'the publication';
COMMENT ON COLUMN publications.target IS '`list`, or `digest:2026-W12`';
COMMENT ON COLUMN publications.published_at IS 'when the last of its files was in place';
COMMENT ON COLUMN publications.published_by IS 'who published';
COMMENT ON COLUMN publications.papers IS 'distinct papers that the target carries since';
COMMENT ON COLUMN publications.entries IS 'these papers with their sections';
COMMENT ON COLUMN publications.counts IS 'numbers that the target states, as recounted from its bytes';
COMMENT ON COLUMN publications.files IS
    'path (relative to the directory of the settings), SHA-256 and bytes of each file';
COMMENT ON COLUMN publications.override_reason IS
    'why a refusal was set aside; null: nothing was refused';
COMMENT ON COLUMN publications.overridden IS 'the refusals that were set aside';
COMMENT ON COLUMN publications.run_id IS 'the run that published';
COMMENT ON COLUMN publications.begun_at IS 'when it was decided what to write';
COMMENT ON COLUMN publications.seq IS 'order of recording';
COMMENT ON COLUMN publications.settings IS
    'the settings that its files are made of, as JSON by `section.key`; null: not recorded';
COMMENT ON COLUMN publications.program IS
    'the version of the program that built it; null: not recorded';
COMMENT ON COLUMN publications.settings_only IS
    'it differs from the publication before in nothing but such settings, such as an address';
COMMENT ON COLUMN publications.adopted_at IS
    'when a restored, older database took it over from the notes beside it; null: it did not';

COMMENT ON VIEW publication_refusals IS
    'One row per target that cannot be published at present.';
COMMENT ON COLUMN publication_refusals.target IS 'the target';
COMMENT ON COLUMN publication_refusals.reasons IS 'one sentence each';
COMMENT ON COLUMN publication_refusals.refused_at IS 'since when';
COMMENT ON COLUMN publication_refusals.run_id IS 'the run that was refused';

COMMENT ON TABLE subscriber_contact IS
    'Addresses of people who receive the digest or asked for it; the row is deleted with the address.';
COMMENT ON COLUMN subscriber_contact.address_key IS
    'HMAC-SHA256 of the address, with a salt that is not in the database';
COMMENT ON TABLE subscriber_event IS 'What people did with their subscription, append-only.';
COMMENT ON COLUMN subscriber_event.seq IS 'order of recording';
COMMENT ON COLUMN subscriber_event.kind IS
    'asked, confirmed, imported, chosen, paused, resumed, left, deleted or expired';
COMMENT ON COLUMN subscriber_event.source IS 'page, one-click, mail, command or restore';
COMMENT ON COLUMN subscriber_event.consent_id IS 'of confirmed (the confirmation) and imported';
COMMENT ON COLUMN subscriber_event.wording IS 'what was agreed to; of confirmed and imported';
COMMENT ON COLUMN subscriber_event.consented_at IS 'when, as the person or the importer stated';
COMMENT ON COLUMN subscriber_event.language IS 'of confirmed, imported and chosen';
COMMENT ON COLUMN subscriber_event.sections IS 'section IDs; empty: all';
COMMENT ON COLUMN subscriber_event.rhythm IS 'weekly or monthly';
COMMENT ON COLUMN subscriber_event.person IS 'who called the command';
COMMENT ON TABLE confirmation IS
    'Requests to receive mail, each of which queues one mail to the address.';
COMMENT ON COLUMN confirmation.kind IS 'confirm, or known: the address was subscribed already';
COMMENT ON COLUMN confirmation.source IS 'page or command';
COMMENT ON COLUMN confirmation.mailbox_key IS
    'salted hash, for the limit of mails to a mailbox; erased after a day';
COMMENT ON COLUMN confirmation.network_key IS
    'salted hash, for the limit of requests by a network; erased after a day';
COMMENT ON COLUMN confirmation.domain_key IS
    'salted hash, for the limit of requests of addresses of a domain; erased after a day';
COMMENT ON TABLE confirmation_event IS 'How mails of confirmations were sent, append-only.';
COMMENT ON COLUMN confirmation_event.seq IS 'order of recording';
COMMENT ON COLUMN confirmation_event.kind IS
    'begun, sent, failed, uncertain, or deferred: it waits again';
COMMENT ON COLUMN confirmation_event.detail IS 'what the mail server said; erased with the address';
COMMENT ON TABLE subscriber_departure IS
    'Salted hashes of addresses whose owner left, which an import does not bring back; append-only.';
COMMENT ON COLUMN subscriber_departure.kind IS
    'left or deleted; of a mailbox declined or allowed: mails that ask to confirm';

COMMENT ON VIEW subscriber_events IS 'What people did with their subscription, one row an act.';
COMMENT ON COLUMN subscriber_events.seq IS 'order of recording';
COMMENT ON COLUMN subscriber_events.subscriber_id IS 'a random ID';
COMMENT ON COLUMN subscriber_events.kind IS
    'asked, confirmed, imported, chosen, paused, resumed, left, deleted or expired';
COMMENT ON COLUMN subscriber_events.source IS 'page, one-click, mail, command or restore';
COMMENT ON COLUMN subscriber_events.consent_id IS 'of confirmed (the confirmation) and imported';
COMMENT ON COLUMN subscriber_events.wording IS 'what was agreed to; of confirmed and imported';
COMMENT ON COLUMN subscriber_events.consented_at IS 'when, as the person or the importer stated';
COMMENT ON COLUMN subscriber_events.language IS 'of confirmed, imported and chosen';
COMMENT ON COLUMN subscriber_events.sections IS 'section IDs; empty: all';
COMMENT ON COLUMN subscriber_events.rhythm IS 'weekly or monthly';
COMMENT ON COLUMN subscriber_events.person IS 'who called the command';
COMMENT ON COLUMN subscriber_events.happened_at IS 'when';
COMMENT ON COLUMN subscriber_events.paused_until IS
    'of paused: the day (UTC) on which mail comes again; null: none is set';

COMMENT ON VIEW subscribers IS 'One row per person who ever asked for mail or was imported.';
COMMENT ON COLUMN subscribers.subscriber_id IS 'a random ID';
COMMENT ON COLUMN subscribers.address IS 'null: erased';
COMMENT ON COLUMN subscribers.address_key IS 'HMAC-SHA256 of the address; null: erased';
COMMENT ON COLUMN subscribers.state IS 'waiting, confirmed, paused, left, deleted or expired';
COMMENT ON COLUMN subscribers.language IS 'of the mails; null: never confirmed';
COMMENT ON COLUMN subscribers.sections IS 'section IDs; empty: all';
COMMENT ON COLUMN subscribers.rhythm IS 'weekly or monthly; null: never confirmed';
COMMENT ON COLUMN subscribers.consent_id IS 'the consent that stood last';
COMMENT ON COLUMN subscribers.wording IS 'what was agreed to';
COMMENT ON COLUMN subscribers.consented_at IS 'when it was agreed to';
COMMENT ON COLUMN subscribers.joined_by IS 'confirmed or imported';
COMMENT ON COLUMN subscribers.first_at IS 'the first act';
COMMENT ON COLUMN subscribers.last_at IS 'the last act';
COMMENT ON COLUMN subscribers.paused_until IS
    'of a paused person: the day (UTC) on which mail comes again; null: when they resume';

COMMENT ON VIEW confirmations IS 'One row per request to receive mail, with how its mail was sent.';
COMMENT ON COLUMN confirmations.confirmation_id IS 'a random ID';
COMMENT ON COLUMN confirmations.subscriber_id IS 'for whom';
COMMENT ON COLUMN confirmations.kind IS 'confirm, or known: the address was subscribed already';
COMMENT ON COLUMN confirmations.source IS 'page or command';
COMMENT ON COLUMN confirmations.language IS 'as asked';
COMMENT ON COLUMN confirmations.sections IS 'as asked; empty: all';
COMMENT ON COLUMN confirmations.rhythm IS 'as asked';
COMMENT ON COLUMN confirmations.wording IS 'the sentence beside the button';
COMMENT ON COLUMN confirmations.asked_at IS 'when';
COMMENT ON COLUMN confirmations.state IS 'waiting, begun, sent, failed or uncertain';
COMMENT ON COLUMN confirmations.detail IS 'what the mail server said';
COMMENT ON COLUMN confirmations.state_at IS 'since when; null: waiting';

COMMENT ON TABLE enrichment IS
    'What other services said of papers, one row per answer and failed try, append-only.';
COMMENT ON COLUMN enrichment.seq IS 'order of recording';
COMMENT ON COLUMN enrichment.run_id IS 'the run that asked';

COMMENT ON VIEW enrichments IS
    'Optional facts: the last definite answer of a service about a paper, and the last try. `unknown` says that there was none; it never means that all is well.';
COMMENT ON COLUMN enrichments.arxiv_id IS 'the paper';
COMMENT ON COLUMN enrichments.kind IS '`code`, `venue`, `retraction` or `citations`';
COMMENT ON COLUMN enrichments.subject IS
    'DOI or address that was asked about; empty: the paper itself';
COMMENT ON COLUMN enrichments.state IS
    '`unknown`; of code `present`, `moved`, `archived` or `gone`; of venue `published` or `none`; of retraction `retracted`, `concern`, `corrected` or `none`; of citations `counted` or `none`';
COMMENT ON COLUMN enrichments.detail IS 'what was said, as JSON';
COMMENT ON COLUMN enrichments.source IS '`crossref`, `openalex`, `github` or `web`';
COMMENT ON COLUMN enrichments.asked_at IS 'when the definite answer came; null: there was none';
COMMENT ON COLUMN enrichments.tried_at IS 'when it was last asked';
COMMENT ON COLUMN enrichments.fault IS 'why the last try gave no answer; null: it gave one';

COMMENT ON TABLE translation IS
    'Machine translations with their provenance, append-only.';
COMMENT ON COLUMN translation.seq IS 'order of recording';
COMMENT ON COLUMN translation.run_id IS 'the run that asked';
COMMENT ON TABLE translation_refusal IS
    'Answers of a model that were no translation, append-only.';
COMMENT ON COLUMN translation_refusal.seq IS 'order of recording';
COMMENT ON COLUMN translation_refusal.arxiv_id IS 'the paper';
COMMENT ON COLUMN translation_refusal.language IS 'into which it was to be translated';
COMMENT ON COLUMN translation_refusal.source_hash IS 'sha256 of title and abstract';
COMMENT ON COLUMN translation_refusal.model IS 'the model';
COMMENT ON COLUMN translation_refusal.cause IS 'why the answer was refused';
COMMENT ON COLUMN translation_refusal.refused_at IS 'when';
COMMENT ON COLUMN translation_refusal.run_id IS 'the run that asked';

COMMENT ON VIEW translations IS
    'The newest machine translation per paper, field and language. It is never read by the classifier.';
COMMENT ON COLUMN translations.arxiv_id IS 'the paper';
COMMENT ON COLUMN translations.field IS '`title` or `abstract`';
COMMENT ON COLUMN translations.language IS 'such as `zh`';
COMMENT ON COLUMN translations.content IS 'the translated text, made by a machine';
COMMENT ON COLUMN translations.model IS 'the model that made it';
COMMENT ON COLUMN translations.host IS 'the host of the endpoint that was asked';
COMMENT ON COLUMN translations.prompt_hash IS 'sha256 of the instruction to the model';
COMMENT ON COLUMN translations.translated_at IS 'when it was made';
COMMENT ON COLUMN translations.source_hash IS
    'sha256 of the text that was translated; another one than that of the present text: it is out of date';
COMMENT ON TABLE mailing IS
    'Issues, or the issues of a month, with fixed recipients; read from the journals of mail.';
COMMENT ON COLUMN mailing.mailing_id IS 'random, of this set of recipients';
COMMENT ON TABLE mail_recipient IS 'Who was confirmed when a mailing began, without addresses.';
COMMENT ON COLUMN mail_recipient.place IS 'order of sending';
COMMENT ON TABLE mail_event IS 'What happened to each mail, append-only.';
COMMENT ON TABLE suppression_event IS
    'Reasons why addresses get no more mail, append-only; the same event is recorded once.';

COMMENT ON VIEW mail_outcomes IS 'One row per recipient of a mailing: what became of the mail.';
COMMENT ON COLUMN mail_outcomes.mailing IS '`2026-W12`, or `2026-03` for the issues of a month';
COMMENT ON COLUMN mail_outcomes.subscriber_id IS 'the person';
COMMENT ON COLUMN mail_outcomes.address_key IS 'salted hash of the address';
COMMENT ON COLUMN mail_outcomes.outcome IS
    'sent, suppressed, failed, uncertain, or pending: not tried yet';
COMMENT ON COLUMN mail_outcomes.temporary IS 'failed for the moment; the next call tries again';
COMMENT ON COLUMN mail_outcomes.detail IS 'why, without addresses';
COMMENT ON COLUMN mail_outcomes.code IS 'of the server''s answer; 0: there was none';
COMMENT ON COLUMN mail_outcomes.happened_at IS 'when that was known';
COMMENT ON COLUMN mail_outcomes.language IS 'of the mail';
COMMENT ON COLUMN mail_outcomes.sections IS 'chosen section IDs; empty: all';

COMMENT ON VIEW mail_receipts IS
    'One row per mailing: confirmed = sent + suppressed + failed + uncertain + pending.';
COMMENT ON COLUMN mail_receipts.mailing IS '`2026-W12`, or `2026-03` for the issues of a month';
COMMENT ON COLUMN mail_receipts.weeks IS 'the ISO weeks in it';
COMMENT ON COLUMN mail_receipts.frozen_at IS 'when the recipients were fixed';
COMMENT ON COLUMN mail_receipts.digest IS 'sha256 of the issue''s files';
COMMENT ON COLUMN mail_receipts.confirmed IS 'recipients when they were fixed';
COMMENT ON COLUMN mail_receipts.sent IS 'the server has the mail';
COMMENT ON COLUMN mail_receipts.suppressed IS
    'not tried: left, suppressed, or nothing in the chosen sections';
COMMENT ON COLUMN mail_receipts.failed IS 'refused';
COMMENT ON COLUMN mail_receipts.uncertain IS 'handed over without an answer';
COMMENT ON COLUMN mail_receipts.pending IS 'not tried yet';
COMMENT ON COLUMN mail_receipts.last_at IS 'of the last event';

COMMENT ON VIEW suppression_events IS
    'Reasons why addresses get no more mail, and which of them stand.';
COMMENT ON COLUMN suppression_events.event_id IS 'the same for the same report';
COMMENT ON COLUMN suppression_events.address_key IS 'salted hash of the address';
COMMENT ON COLUMN suppression_events.kind IS 'hard, soft, complaint, manual or lifted';
COMMENT ON COLUMN suppression_events.happened_at IS 'when it was reported';
COMMENT ON COLUMN suppression_events.source IS 'bounce, report, server or command';
COMMENT ON COLUMN suppression_events.detail IS 'why, without addresses';
COMMENT ON COLUMN suppression_events.stands IS 'it was not lifted';


COMMENT ON VIEW hub_pings IS
    'What a WebSub hub was told of feeds, one row per request.';
COMMENT ON COLUMN hub_pings.hub IS 'address of the hub';
COMMENT ON COLUMN hub_pings.topic IS 'address of the feed';
COMMENT ON COLUMN hub_pings.digest IS 'sha256 of the feed''s content';
COMMENT ON COLUMN hub_pings.happened_at IS 'when the hub was told';
COMMENT ON COLUMN hub_pings.fault IS 'why the hub may not know it; null: it does';


COMMENT ON VIEW freezes IS
    'The end of the survey: one row for each freeze, and for each time it was taken back.';
COMMENT ON COLUMN freezes.seq IS 'number of the act, from 1';
COMMENT ON COLUMN freezes.kind IS 'freeze, or undo: the freeze before it was taken back';
COMMENT ON COLUMN freezes.person IS 'who did it';
COMMENT ON COLUMN freezes.happened_at IS 'when it was done';
COMMENT ON COLUMN freezes.ends_on IS 'of a freeze: from this day on (UTC) nothing is fetched';
COMMENT ON COLUMN freezes.notice IS 'of a freeze: what readers are told, on one line';
COMMENT ON COLUMN freezes.stands IS 'it is the last act and was not taken back';


COMMENT ON VIEW alerts IS
    'Alarms for the operator, one row for each time that a cause was noticed.';
COMMENT ON COLUMN alerts.alert_id IS 'number of the alarm';
COMMENT ON COLUMN alerts.cause IS 'key of the cause, such as silence or day:2026-03-17';
COMMENT ON COLUMN alerts.sentence IS 'what is wrong, as it was told last';
COMMENT ON COLUMN alerts.remedy IS 'what to do about it';
COMMENT ON COLUMN alerts.status IS 'standing, accepted (by a person), or over';
COMMENT ON COLUMN alerts.raised_at IS 'when it was noticed';
COMMENT ON COLUMN alerts.told_at IS 'when a message with it first arrived; null: never';
COMMENT ON COLUMN alerts.accepted_by IS 'who accepted it last; null: no one';
COMMENT ON COLUMN alerts.reason IS 'why it was accepted';
COMMENT ON COLUMN alerts.over_at IS 'when it was over; null: it stands';


COMMENT ON VIEW accounts IS
    'One row per account of the team; without any, one person reviews on this machine.';
COMMENT ON COLUMN accounts.account IS 'its name, as in `decisions.reviewer`';
COMMENT ON COLUMN accounts.role IS '`reviewer`, `publisher` or `admin`; each includes the one before';
COMMENT ON COLUMN accounts.disabled IS 'it cannot be used to log in';
COMMENT ON COLUMN accounts.added_at IS 'when it was made';
COMMENT ON COLUMN accounts.added_by IS 'who made it';


COMMENT ON VIEW trail IS
    'Acts of administration, one row each, such as `account.added`.';
COMMENT ON COLUMN trail.seq IS 'number of the act, from 1';
COMMENT ON COLUMN trail.happened_at IS 'when it was done';
COMMENT ON COLUMN trail.actor IS 'who did it; empty: no known person, such as a failed login';
COMMENT ON COLUMN trail.act IS 'what was done, such as `account.disabled`';
COMMENT ON COLUMN trail.subject IS 'what it was done to, such as the name of an account';
COMMENT ON COLUMN trail.detail IS 'more about it, on one line';


COMMENT ON VIEW suggestions IS
    'What people outside suggested, one row each, and how it stands. Names are not verified.';
COMMENT ON COLUMN suggestions.suggestion_id IS 'random ID';
COMMENT ON COLUMN suggestions.kind IS
    'missing-paper, wrong-section, accepted-at, missing-code, wrong-record, withdrawn or duplicate-of';
COMMENT ON COLUMN suggestions.arxiv_id IS 'the paper it is about';
COMMENT ON COLUMN suggestions.old_value IS 'of a correction: what was published when it came';
COMMENT ON COLUMN suggestions.new_value IS
    'what it should be: section IDs, a venue, an address of code, an arXiv ID; may be empty';
COMMENT ON COLUMN suggestions.note IS 'why, in the words of the person';
COMMENT ON COLUMN suggestions.name IS 'the name that was given; empty: none, or taken back';
COMMENT ON COLUMN suggestions.relation IS 'author, reader or unknown, as the person says';
COMMENT ON COLUMN suggestions.credited IS 'the person agreed to be named';
COMMENT ON COLUMN suggestions.channel IS 'page, github or mail';
COMMENT ON COLUMN suggestions.origin IS 'of an import: issue or message; else empty';
COMMENT ON COLUMN suggestions.language IS 'of the page';
COMMENT ON COLUMN suggestions.received_at IS 'when it came';
COMMENT ON COLUMN suggestions.state IS
    'not-held, unknown, waiting, deferred, listed, not-listed, applied, refused or closed';
COMMENT ON COLUMN suggestions.settled_at IS 'when that was decided; null: it was not';
COMMENT ON COLUMN suggestions.settled_by IS 'who applied, refused or closed it';
COMMENT ON COLUMN suggestions.detail IS 'what was changed, or why not';
COMMENT ON COLUMN suggestions.decision_id IS 'of what was applied: the decision that was recorded';
COMMENT ON COLUMN suggestions.answer IS 'what a publisher wrote to the person; empty: nothing';
COMMENT ON TABLE api_token_event IS
    'Tokens of the JSON API and what was done with them, append-only; secrets are not kept.';
COMMENT ON TABLE api_token_use IS 'When each token of the JSON API was used last.';
COMMENT ON TABLE api_answer IS
    'Answers to acts with an Idempotency-Key, kept for `[api] idempotency_days`.';
COMMENT ON VIEW api_tokens IS 'One row per token of the JSON API, without its secret.';
COMMENT ON COLUMN api_tokens.token_id IS 'ID of the token, which is no secret';
COMMENT ON COLUMN api_tokens.person IS 'whose token it is; decisions made with it are theirs';
COMMENT ON COLUMN api_tokens.label IS 'what it is for';
COMMENT ON COLUMN api_tokens.scopes IS 'what it may do: `read`, `decide`, `publish`, `admin`';
COMMENT ON COLUMN api_tokens.created_by IS 'who made it';
COMMENT ON COLUMN api_tokens.created_at IS 'when it was made';
COMMENT ON COLUMN api_tokens.expires_at IS 'when it ends by itself; null: it does not';
COMMENT ON COLUMN api_tokens.revoked_by IS 'who ended it; null: no one';
COMMENT ON COLUMN api_tokens.revoked_at IS 'when it was ended; null: it was not';
COMMENT ON COLUMN api_tokens.used_at IS
    'when it was used last, noted at most every ten minutes; null: never';


COMMENT ON VIEW assignments IS
    'Who is to read which papers, one row per section or batch and person.';
COMMENT ON COLUMN assignments.assignment_id IS 'number of the assignment, as `team release --batch` takes it';
COMMENT ON COLUMN assignments.section IS 'section whose papers are assigned; null: a batch';
COMMENT ON COLUMN assignments.papers IS 'arXiv IDs of a batch; null: a section';
COMMENT ON COLUMN assignments.reviewer IS 'who is to read them';
COMMENT ON COLUMN assignments.assigned_by IS 'who assigned them';
COMMENT ON COLUMN assignments.assigned_at IS 'when they were assigned';
COMMENT ON COLUMN assignments.released_by IS 'who ended the assignment; null: it stands';
COMMENT ON COLUMN assignments.released_at IS 'when it was ended; null: it stands';
COMMENT ON COLUMN assignments.standing IS
    'it was not ended; while the person is away or the account disabled it has no effect';


COMMENT ON VIEW absences IS
    'When people are away, one row per absence; what they are to read is everybody''s as long.';
COMMENT ON COLUMN absences.absence_id IS 'number of the absence';
COMMENT ON COLUMN absences.reviewer IS 'who is away';
COMMENT ON COLUMN absences.first_day IS 'first day of absence';
COMMENT ON COLUMN absences.last_day IS 'last day of absence, before the first one if it was cancelled; null: it has no end yet';
COMMENT ON COLUMN absences.noted_by IS 'who noted it';
COMMENT ON COLUMN absences.noted_at IS 'when it was noted';
COMMENT ON COLUMN absences.ended_at IS 'when it was said that the person is back; null: it was not';
