-- Tokens by which programs use /api/v1 for somebody; only their hashes are kept. Scopes are words with spaces between.
CREATE TABLE api_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    learner_id TEXT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX api_tokens_by_learner ON api_tokens (learner_id);
