-- Answers to the questions for afterwards: the first one stays.
CREATE TABLE transfers (
    sandbox_id TEXT NOT NULL PRIMARY KEY REFERENCES sandboxes (id) ON DELETE CASCADE,
    choice TEXT NOT NULL,
    right_choice TEXT NOT NULL,
    answered_unix_ms BIGINT NOT NULL
);
