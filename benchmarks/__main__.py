"""``python -m benchmarks``: one JSON line per database for the chain, one for the inbox, one for memory."""

from __future__ import annotations

import json
import logging
import sys

from .databases import KINDS
from .measure import chain

PAIRS, CASES = 9, 12


def main() -> int:
    logging.disable(logging.INFO)
    for kind, opened in KINDS.items():
        with opened() as (database, connection, mark):
            print(json.dumps(chain(kind, database, connection, mark, PAIRS, CASES)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
