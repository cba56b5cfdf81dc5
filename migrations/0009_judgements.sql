-- What graders say of attempts, and their own copies to look into. An attempt is a run of a sandbox.

-- A log: nothing is changed or deleted; what is taken back is named by a later row's undoes.
CREATE TABLE judgements (
    id TEXT NOT NULL PRIMARY KEY,
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    run BIGINT NOT NULL,
    judge_id TEXT REFERENCES learners (id) ON DELETE SET NULL,
    judge_name TEXT NOT NULL,
    decision TEXT NOT NULL,
    comment TEXT NOT NULL,
    undoes TEXT,
    at_ms BIGINT NOT NULL
);
CREATE INDEX judgements_by_attempt ON judgements (sandbox_id, run);

-- A copy is a sandbox of its own; it belongs to a learner without a cookie, whom only the grader may stand in for.
CREATE TABLE copies (
    id TEXT NOT NULL PRIMARY KEY,
    learner_id TEXT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
    grader_id TEXT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
    sandbox_id TEXT NOT NULL,
    run BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE INDEX copies_by_grader ON copies (grader_id);
