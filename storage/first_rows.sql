-- The rows of a new database, as the migrations leave them; `storage/schema.sql` has its tables.

INSERT INTO store_state VALUES (0);
INSERT INTO access_state VALUES (0);
INSERT INTO survey_day VALUES ('1991-08-14');
INSERT INTO survey_identity SELECT CAST(uuid() AS VARCHAR);
