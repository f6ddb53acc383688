"""``python -m benchmarks``: JSON lines.

One per database for the chain, the delegated chain, the inbox, the check of names, the import of logs and the supervisors'
pages; one each for memory, the clock and the statistics of a log. ``--million`` measures the supervisors' pages at a million closed
steps too, which takes a quarter of an hour; ``--statistics`` measures nothing else, and ``--sqlite`` or ``--postgresql`` that on
one database alone.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from . import clock, inbox, log_statistics, logs, memory, names, statistics
from .databases import KINDS
from .measure import chain

PAIRS, CASES = 9, 12


def main() -> int:
    logging.disable(logging.INFO)
    if "--statistics" in sys.argv:
        return supervisors_pages()
    for kind, opened in KINDS.items():
        with opened() as (database, connection, mark):
            show(chain(kind, database, connection, mark, PAIRS, CASES))
    for kind, opened in KINDS.items():
        with opened() as (database, connection, mark):
            show(chain(kind, database, connection, mark, PAIRS, CASES, carried=True))
    for kind, opened in KINDS.items():
        with opened() as (database, _, _):
            show(inbox.measure(kind, database))
            if kind == "sqlite":
                show(memory.measure(str(database.engine.url)))
    for kind, opened in KINDS.items():
        with opened() as (database, _, _):
            show(names.measure(kind, database))
    for kind, opened in KINDS.items():
        with opened() as (database, _, _):
            show(logs.measure(kind, database))
    failed = supervisors_pages()
    show(clock.measure())
    show(log_statistics.measure())
    return failed


def supervisors_pages() -> int:
    """1 when a page sends more statements where there is more, which none should."""
    sizes = statistics.MILLION if "--million" in sys.argv else statistics.SIZES
    wanted = [kind for kind in KINDS if f"--{kind}" in sys.argv] or list(KINDS)
    failed = 0
    for kind in wanted:
        with KINDS[kind]() as (database, connection, mark):
            figures = statistics.measure(kind, database, connection, mark, sizes)
            show(figures)
            failed |= bool(figures["more_statements"])
    return failed


def show(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
