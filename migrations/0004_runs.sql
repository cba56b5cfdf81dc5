-- The runs of a sandbox: tries that were started over, branches of a past moment, solutions that were shown. The row of the
-- sandbox itself is its present run; a run's row is brought up to date when another one takes its place.
CREATE TABLE runs (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    run BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent BIGINT,
    forked_ms BIGINT,
    seed BIGINT NOT NULL,
    epoch_unix_ms BIGINT NOT NULL,
    world TEXT NOT NULL,
    world_hash TEXT NOT NULL,
    start_ms BIGINT NOT NULL,
    clock_ms BIGINT NOT NULL,
    PRIMARY KEY (sandbox_id, run)
);
