-- The numbers of each run, as of a virtual moment: tries are compared by them, and a lesson's end recalls them.
CREATE TABLE measures (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    run BIGINT NOT NULL,
    measure TEXT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (sandbox_id, run, measure)
);
