-- Categories that a blog renames or merges keep their followers.

-- The categories of a blog by the numbers that its API gives them, so that a new name is known as one.
CREATE TABLE blog_categories (
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    number INTEGER NOT NULL,
    source TEXT NOT NULL,              -- whose number it is: the address of the API
    name TEXT NOT NULL,                -- as the blog prints it
    parent INTEGER,                    -- number of the category above, 0 for none, NULL where the blog did not say
    missing INTEGER NOT NULL DEFAULT 0,  -- whether the last whole list did not have it
    PRIMARY KEY (feed_id, number)
) STRICT, WITHOUT ROWID;

-- What categories were called before, so that an old name that is typed is answered with the new one.
CREATE TABLE former_names (
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    term TEXT NOT NULL,                -- key of the old name
    name TEXT NOT NULL,
    now_term TEXT NOT NULL,            -- key of the present name
    now_name TEXT NOT NULL,
    PRIMARY KEY (feed_id, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_names_term ON former_names (term);

-- Whether posts count for the categories above their own, and whether their pages are read for summaries.
ALTER TABLE feeds ADD COLUMN children TEXT NOT NULL DEFAULT 'auto';
ALTER TABLE feeds ADD COLUMN full_text TEXT NOT NULL DEFAULT 'auto';
