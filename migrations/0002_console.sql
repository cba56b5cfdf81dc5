-- The console over sessions: a learner's lines in all sandboxes, and the files written in one.

CREATE TABLE console_history (
    learner_id TEXT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (learner_id, seq)
);

CREATE TABLE console_files (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (sandbox_id, name)
);
