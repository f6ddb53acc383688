"""Reading pages of statistics: their tables, tiles and links; and a supervisor of one town."""

from __future__ import annotations

import re
from typing import Any

from approvals.db import Database
from approvals.models import Person, Position
from tests.support.seed import NOW, SINCE

MOST_STATEMENTS = 15
"""What a page of statistics may cost, whatever the database holds."""

ROW, CELL = re.compile(r"<tr>(.*?)</tr>", re.DOTALL), re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)


def plain(html: str) -> str:
    html = html.replace('</span><span class="heading-unit">', "")  # in one word with what stands before it
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def table_of(page: str, title: str) -> list[list[str]]:
    """The cells, as plain text without their samples, of the table of that title; the headings first."""
    part = page[page.index(f'aria-label="{title}"') :]
    part = part[: part.index("</table>")]
    return [[plain(cell.split('<span class="cell-note">')[0]) for cell in CELL.findall(row)] for row in ROW.findall(part)]


def tiles_of(page: str) -> dict[str, tuple[str, str]]:
    found = re.findall(r'<dt>([^<]*)</dt><dd><span class="tile-figure">([^<]*)</span><span class="tile-sample">([^<]*)</span>', page)
    return {title: (figure, sample) for title, figure, sample in found}


def links_of(page: str, within: str) -> list[str]:
    part = page[page.index(f'aria-label="{within}"') :]
    return [each.replace("&amp;", "&") for each in re.findall(r'<td[^>]*><a href="([^"]+)"', part[: part.index("</table>")])]


def town_supervisor(database: Database, office_id: int) -> int:
    def store(session: Any) -> int:
        person = Person(name="镇督查", sign_in_name=f"town-supervisor-{office_id}", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(
            Position(person_id=person.id, role="supervisor", department="approval-bureau", office_id=office_id, valid_from=SINCE)
        )
        return person.id

    return database.write(store)
