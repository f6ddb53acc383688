"""Filling forms in a real browser the way a person does: by what stands on the page, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.engine.definition import Field, Form


def sign_in(page: Any, address: str, name: str, password: str) -> None:
    """Sign in, from whatever page; another person who is signed in there is signed out first."""
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    page.fill("#sign_in_name", name)
    page.fill("#password", password)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def fill(page: Any, form: Form, values: Mapping[str, Any]) -> None:
    """Fill the fields of a form of a definition, in the order of the page, skipping what is not shown."""
    for field in form.fields:
        if values.get(field.name) in (None, "", [], False):
            continue
        if field.kind == "table":
            fill_rows(page, field, values[field.name])
        else:
            answer(page.locator("main"), field, f'[name="{field.name}"]', values[field.name])


def fill_rows(page: Any, table: Field, rows: Iterable[Mapping[str, Any]]) -> None:
    """Fill a table, adding rows as needed."""
    section = page.locator(f'[data-table="{table.name}"]')
    shown = section.locator("[data-rows] > [data-row]")
    for number, row in enumerate(rows):
        while shown.count() <= number:
            section.locator("[data-add]").click()
        for column in table.columns:
            if row.get(column.name) not in (None, "", [], False):
                answer(shown.nth(number), column, f'[name$="-{column.name}"]', row[column.name])


def answer(within: Any, field: Field, selector: str, value: Any) -> None:
    """Give one answer."""
    if field.kind in ("yes", "declaration"):
        within.locator(selector).check()
    elif field.kind == "choices":
        for each in value:
            within.locator(f'{selector}[value="{each}"]').check()
    elif field.kind in ("choice", "list"):
        select = within.locator(f"select{selector}")
        if select.count():
            select.select_option(str(value))
        else:
            within.locator(f'{selector}[value="{value}"]').check()
    else:
        within.locator(selector).first.fill(str(value))
