"""The job engine of the PostgreSQL store: many processes share one database's work, by procrastinate."""
