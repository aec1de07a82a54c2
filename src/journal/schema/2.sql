-- The run that this one continues.
ALTER TABLE runs ADD COLUMN resumed INTEGER;
CREATE INDEX resumed ON runs (resumed) WHERE resumed IS NOT NULL;

-- All that a stage's success followed from.
ALTER TABLE stages ADD COLUMN parts TEXT;
