"""Makes a database: `python bin/lib/database.py ensure|fresh URL`; `fresh` drops an old one first."""

import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier


def main(how: str, url: str) -> None:
    """Connect to the server's own database and create the one the URL names, if it is not there."""
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    server = urlunsplit(parts._replace(scheme="postgresql", path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        if how == "fresh":
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))


if __name__ == "__main__":
    main(*sys.argv[1:])
