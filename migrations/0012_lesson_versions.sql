-- Which version of its lesson an attempt was made with: a hash over the lesson's files.
ALTER TABLE sandboxes ADD COLUMN lesson_version TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN lesson_version TEXT NOT NULL DEFAULT '';
