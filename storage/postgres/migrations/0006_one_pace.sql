-- The turns in which shards start are a pace like others now (0004_pace.sql).

DROP TABLE turns;
