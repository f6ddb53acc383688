"""A supervisor walks from the overview over the heat map and the list to a case, and takes the figures along as a file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from approvals.db import Database
from approvals.views.statistics.part import said
from tests.browser.walking import sign_in
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.seed import PASSWORD, seed

MOST_BYTES = 150 * 1024
SHOWN = """table => [...table.rows].map(row => [...row.cells].map(cell => {
  const bare = cell.cloneNode(true);
  bare.querySelectorAll('.cell-note').forEach(note => note.remove());
  return bare.textContent.trim();
}))"""


@pytest.fixture(scope="session")
def databases(sqlite_databases: Any) -> Any:
    """What the browser sees does not depend on the kind of database."""
    return sqlite_databases


@pytest.fixture
def county(application: Any, live_server: str) -> tuple[str, Chain]:
    """The address of a county in which three companies were founded; the first one's seal was late."""
    database: Database = application.extensions["database"]
    cast = seed(database)
    first = Chain(database, cast)
    application.config["NOW"] = lambda: first.now
    first.now += timedelta(minutes=20)
    first.act(REGISTRATION, "approve")
    first.now += timedelta(hours=1, minutes=30)
    first.act(SEAL, "complete")
    for name in ("麦样", "云样"):
        other = Chain(database, cast, content_with(name={"trade_name": name}), now=first.now)
        other.act(REGISTRATION, "approve")
        other.settle_matters()
        first.now = other.now
    return live_server, first


def figures_of(path: Path, rows: int, columns: int) -> list[list[str]]:
    """What a workbook holds, said as pages say it."""
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    found = sheet.iter_rows(max_row=rows, max_col=columns, values_only=True)
    return [[value if isinstance(value, str) else said(value) for value in row] for row in found]


@pytest.mark.real_commits
def test_from_the_overview_over_the_heat_map_and_the_list_to_a_case(county: tuple[str, Chain], page: Any, tmp_path: Path) -> None:
    address, chain = county
    sign_in(page, address, "supervisor", PASSWORD)
    page.goto(address + "/supervision")
    page.get_by_role("link", name="统计").first.click()
    page.get_by_role("heading", name="统计", level=1).wait_for()
    assert page.locator(".tile", has_text="收件").locator(".tile-figure").inner_text() == "3"
    page.locator("[data-drawn=yes] svg").wait_for()

    page.get_by_role("link", name="步骤和服务点").first.click()
    page.get_by_role("link", name="超期占比").click()
    page.get_by_role("heading", name="步骤和服务点：超期占比（%）").wait_for()
    page.locator("[data-drawn=yes] svg").wait_for()
    shown = page.locator(".heat-map table").evaluate(SHOWN)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Excel").click()
    downloaded = tmp_path / "steps.xlsx"
    downloading.value.save_as(downloaded)
    assert downloading.value.suggested_filename.startswith("steps-late-")
    assert figures_of(downloaded, len(shown), len(shown[0])) == shown
    assert any(row[0] == "公章刻制备案 · 刻章备案中" and row[2] == "33.3" for row in shown)

    page.get_by_role("row", name="刻章备案中").get_by_role("link", name="33.3").last.click()
    page.get_by_role("heading", name="公章刻制备案 · 刻章备案中，惠民县政务服务中心（超期的）").wait_for()
    listed = page.locator(".sheet table").evaluate(SHOWN)
    assert len(listed) == 2 and listed[1][0] == chain.case(SEAL).number and listed[1][-1] == "超期"
    page.get_by_role("link", name=chain.case(SEAL).number).click()
    page.wait_for_url(f"**/cases/{chain.case(SEAL).token}")
    assert chain.case(SEAL).number in page.locator("main").inner_text()


@pytest.mark.real_commits
def test_a_chart_comes_after_the_page_and_on_a_telephone_when_asked(county: tuple[str, Chain], phone_page: Any) -> None:
    address, _chain = county
    sign_in(phone_page, address, "supervisor", PASSWORD)
    fetched: list[str] = []
    phone_page.on("request", lambda sent: fetched.append(sent.url))
    phone_page.goto(address + "/statistics")
    button = phone_page.get_by_role("button", name="看图")
    button.wait_for()
    assert not [each for each in fetched if "echarts" in each]
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 360
    button.click()
    phone_page.locator("[data-drawn=yes] svg").wait_for()
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 360
    assert phone_page.locator("[data-chart-place]").get_attribute("aria-hidden") == "true", "the table says it to readers of the screen"


@pytest.mark.real_commits
def test_a_chart_gets_narrower_with_its_window(county: tuple[str, Chain], page: Any) -> None:
    address, _chain = county
    sign_in(page, address, "supervisor", PASSWORD)
    page.goto(address + "/statistics")
    page.locator("[data-drawn=yes] svg").wait_for()
    page.evaluate("addEventListener('resize', () => { window.wider = document.documentElement.scrollWidth - innerWidth; }, true)")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.querySelector('[data-drawn] svg').clientWidth < 360")
    assert page.evaluate("window.wider") <= 0 and page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.real_commits
def test_without_the_library_or_without_scripts_the_table_is_there(county: tuple[str, Chain], page: Any, browser: Any) -> None:
    address, _chain = county
    sign_in(page, address, "supervisor", PASSWORD)
    page.route("**/echarts*", lambda route: route.abort())
    page.goto(address + "/statistics")
    page.locator("[data-drawn=no]").wait_for(state="attached")
    assert not page.locator(".chart-frame").is_visible() and page.get_by_role("row", name="2026-11").is_visible()
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    bare = context.new_page()
    bare.goto(address + "/statistics")
    assert not bare.locator(".chart-frame").is_visible() and bare.get_by_role("row", name="2026-11").is_visible()
    context.close()


@pytest.mark.real_commits
def test_before_the_chart_a_page_costs_as_little_as_any(county: tuple[str, Chain], page: Any) -> None:
    address, _chain = county
    sign_in(page, address, "supervisor", PASSWORD)
    page.route("**/echarts*", lambda route: route.abort())
    sizes: list[int] = []
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    for path in ("/statistics", "/statistics/steps", "/statistics/cases"):
        sizes.clear()
        page.goto(address + path, wait_until="networkidle")
        assert len(sizes) >= 5 and sum(sizes) < MOST_BYTES, (path, sum(sizes))


@pytest.mark.real_commits
def test_the_heat_map_is_walked_by_keyboard(county: tuple[str, Chain], page: Any) -> None:
    address, _chain = county
    sign_in(page, address, "supervisor", PASSWORD)
    page.goto(address + "/statistics/steps?measure=count")
    page.locator(".heat-map").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.heat-map') !== null && document.activeElement.tagName") == "A"
    page.keyboard.press("Enter")
    page.wait_for_url("**/statistics/**")
