"""What the tests of the demo share."""

from approvals.db import Database
from approvals.operations.reference_data import load_reference_data


def empty(url: str) -> Database:
    """A migrated database with the lists and nothing else."""
    database = Database(url)
    database.write(load_reference_data, example_banks=True)
    return database
