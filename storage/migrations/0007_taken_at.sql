-- When a record last came whole from the source whose text we hold. `changed_at` says less: it
-- moves when another source adds a fact, and stays when only the datestamp is new.

-- No DEFAULT, as in 0005. NULL in older rows: not since it was first seen, as far as we know.
ALTER TABLE paper ADD COLUMN taken_at TIMESTAMP;
