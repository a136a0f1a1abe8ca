-- Confirmation mails are also limited by the recipients' domain, and a person can refuse them.
ALTER TABLE confirmation ADD COLUMN domain_key VARCHAR;
