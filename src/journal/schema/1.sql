CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started INTEGER NOT NULL,
    ended INTEGER,
    outcome TEXT NOT NULL,
    failure TEXT,
    who TEXT NOT NULL,
    sha TEXT,
    branch TEXT,
    arguments TEXT NOT NULL,
    rehearsal INTEGER NOT NULL,
    pid INTEGER NOT NULL,
    pid_start TEXT NOT NULL
);
CREATE INDEX running ON runs (id) WHERE outcome = 'running';

CREATE TABLE stages (
    run INTEGER NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    needs TEXT NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    started INTEGER,
    took INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    result TEXT,
    failure TEXT,
    PRIMARY KEY (run, name)
) WITHOUT ROWID;

CREATE TABLE actions (
    run INTEGER NOT NULL,
    stage TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    number INTEGER NOT NULL,
    action TEXT NOT NULL,
    effect TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL,
    started INTEGER NOT NULL,
    took INTEGER,
    result TEXT,
    message TEXT,
    PRIMARY KEY (run, stage, attempt, number)
) WITHOUT ROWID;

-- Process groups that run now, by their leaders.
CREATE TABLE processes (
    run INTEGER NOT NULL,
    pgid INTEGER NOT NULL,
    start TEXT NOT NULL,
    PRIMARY KEY (run, pgid)
) WITHOUT ROWID;

CREATE TABLE successes (
    stage TEXT PRIMARY KEY,
    parts TEXT NOT NULL,
    result TEXT NOT NULL,
    run INTEGER NOT NULL,
    finished INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE blobs (
    name TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
);
