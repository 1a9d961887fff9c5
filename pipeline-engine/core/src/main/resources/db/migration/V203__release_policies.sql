-- The policies in force when the release served last; a return puts them back.
ALTER TABLE environment_release ADD COLUMN policies TEXT;
