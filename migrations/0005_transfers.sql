-- Answers to the questions for afterwards: the newest one of each sandbox, how many in a row were right, and when it is asked again.
CREATE TABLE transfers (
    sandbox_id TEXT NOT NULL PRIMARY KEY REFERENCES sandboxes (id) ON DELETE CASCADE,
    choice TEXT NOT NULL,
    right_choice TEXT NOT NULL,
    streak BIGINT NOT NULL,
    due_unix_ms BIGINT NOT NULL
);
