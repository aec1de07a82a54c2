-- The attempts at stages that were tried again; any other stage's only attempt is the stage itself.
CREATE TABLE attempts (
    run INTEGER NOT NULL,
    stage TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    started INTEGER NOT NULL,
    took INTEGER NOT NULL,
    state TEXT NOT NULL,
    failure TEXT,
    PRIMARY KEY (run, stage, attempt)
) WITHOUT ROWID;

-- What the stage changes, such as `production`.
ALTER TABLE stages ADD COLUMN environment TEXT;
