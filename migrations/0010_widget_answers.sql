-- What each learner did last in each widget of a lesson, as its form sends it.
CREATE TABLE widget_answers (
    learner_id TEXT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
    lesson TEXT NOT NULL,
    widget TEXT NOT NULL,
    asked TEXT NOT NULL,
    kept_ms BIGINT NOT NULL,
    PRIMARY KEY (learner_id, lesson, widget)
);
