"""PostgreSQL: the schema designed for it, its SQL, and a server of our own to prove it on."""
