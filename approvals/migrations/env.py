"""Alembic's environment: migrations run on the connection they are given, with foreign keys checked only at the end on SQLite.

A batch migration on SQLite drops and copies tables; with foreign keys on, a cascade would silently delete the history.
"""

from alembic import context

from approvals.models import Base


def ours(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Leave the tables of the background jobs alone: on SQLite they lie beside ours, and a comparison would drop them."""
    return kind != "table" or name in Base.metadata.tables


connection = context.config.attributes["connection"]
sqlite = connection.dialect.name == "sqlite"
if sqlite:
    connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
try:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=sqlite, include_object=ours)
    with context.begin_transaction():
        context.run_migrations()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration breaks foreign keys: {broken[:5]}")
finally:
    if sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
