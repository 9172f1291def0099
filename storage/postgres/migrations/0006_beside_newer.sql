-- Which versions can work on this database side by side, and which of them runs. Later steps that take something away
-- set another default for oldest.
ALTER TABLE bystander ADD COLUMN oldest INTEGER NOT NULL DEFAULT 6;
ALTER TABLE processes ADD COLUMN knows INTEGER NOT NULL DEFAULT 0;

-- The turns in which shards start are a pace like others now (0004_pace.sql).
DROP TABLE turns;
