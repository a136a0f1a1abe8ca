-- When the source of the text last sent a changed whole record. `changed_at` differs: it moves when
-- another source adds a fact, and not when only the datestamp is new.

-- No DEFAULT, as in 0005. NULL in older rows means first_seen_at.
ALTER TABLE paper ADD COLUMN taken_at TIMESTAMP;
