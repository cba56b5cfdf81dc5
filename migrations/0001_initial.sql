-- Learners, their sandboxes and the journals that are the truth about them. One text for SQLite and PostgreSQL:
-- ids are TEXT, moments and counts are BIGINT (milliseconds), booleans are 0 or 1.

CREATE TABLE learners (
    id TEXT NOT NULL PRIMARY KEY,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    learner_id TEXT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_learner ON sessions (learner_id);

CREATE TABLE sandboxes (
    id TEXT NOT NULL PRIMARY KEY,
    learner_id TEXT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
    lesson TEXT NOT NULL,
    experiment TEXT NOT NULL,
    run BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    epoch_unix_ms BIGINT NOT NULL,
    world TEXT NOT NULL,
    world_hash TEXT NOT NULL,
    start_ms BIGINT NOT NULL,
    clock_ms BIGINT NOT NULL,
    speed BIGINT NOT NULL,
    paused BIGINT NOT NULL,
    token TEXT NOT NULL,
    owner TEXT NOT NULL,
    fencing_epoch BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    touched_ms BIGINT NOT NULL,
    UNIQUE (learner_id, lesson, experiment)
);

CREATE TABLE journals (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    request TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    state_hash TEXT,
    snapshot TEXT,
    written_ms BIGINT NOT NULL,
    PRIMARY KEY (sandbox_id, run, seq)
);

CREATE TABLE predictions (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    run BIGINT NOT NULL,
    choice TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (sandbox_id, run)
);

CREATE TABLE acts (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    run BIGINT NOT NULL,
    act TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (sandbox_id, run, act)
);

CREATE TABLE hints (
    sandbox_id TEXT NOT NULL PRIMARY KEY REFERENCES sandboxes (id) ON DELETE CASCADE,
    opened BIGINT NOT NULL
);

CREATE TABLE console (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    line TEXT NOT NULL,
    stdout TEXT NOT NULL,
    stderr TEXT NOT NULL,
    exit_code BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (sandbox_id, run, seq)
);

CREATE TABLE verdicts (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    run BIGINT NOT NULL,
    check_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (sandbox_id, run, check_id)
);
