-- People with a name: accounts, their roles and sessions, one-time keys, classes and what is set for them.

-- login is the name in lower case, by which accounts are found; both are empty for those who have not kept their work yet.
ALTER TABLE learners ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE learners ADD COLUMN login TEXT NOT NULL DEFAULT '';
ALTER TABLE learners ADD COLUMN password_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE learners ADD COLUMN role TEXT NOT NULL DEFAULT 'learner';
CREATE UNIQUE INDEX learners_by_login ON learners (login) WHERE login <> '';

-- The token's hash must not leave the server; a session is named by its id.
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- Keys that work once: who has one chooses a password. learner_id is NULL for the key that makes the first admin.
CREATE TABLE one_time_keys (
    key_hash TEXT NOT NULL PRIMARY KEY,
    learner_id TEXT REFERENCES learners (id) ON DELETE CASCADE,
    expires_ms BIGINT NOT NULL
);

CREATE TABLE classes (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    starts_ms BIGINT NOT NULL,
    ends_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);

CREATE TABLE class_members (
    class_id TEXT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
    learner_id TEXT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    joined_ms BIGINT NOT NULL,
    PRIMARY KEY (class_id, learner_id)
);
CREATE INDEX class_members_by_learner ON class_members (learner_id);

CREATE TABLE assignments (
    class_id TEXT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
    lesson TEXT NOT NULL,
    due_ms BIGINT,
    PRIMARY KEY (class_id, lesson)
);

-- Secrets of the house, such as the key that signs cookies.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
