-- A destination may get another address. Messages that wait keep the key under which they may be there already.
ALTER TABLE deliveries ADD COLUMN key_address TEXT NOT NULL DEFAULT '';
