"""Files that were uploaded with a draft, as they become files of its case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from . import statements


def take_files(connection: Connection, draft_id: int, root_id: int) -> list[list[Any]]:
    """Give the files of a draft to the case it is filed as; returns what the event says of each, its digest among it.

    What was removed from the draft is not kept any longer than it can be taken back (个人信息保护法 第四十七条).
    """
    statements.drop_removed_uploads.write(connection, [{"of_draft_id": draft_id}])
    rows = statements.take_uploads.rows(connection, {"of_draft_id": draft_id, "to_root_id": root_id})
    return sorted(list(row) for row in rows)
