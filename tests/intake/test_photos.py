"""Papers photographed with a telephone: several in a row, with no connection, and each kept once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from approvals.models import Upload
from tests.files.samples import picture
from tests.support.filing import County, began, typed
from tests.support.seed import Member
from tests.web.test_materials import passport_of, send, with_passport

pytestmark = pytest.mark.browser
SignIn = Callable[[Any, Member], None]


@pytest.fixture
def materials(phone_page: Any, address: str, county: County, sign_in: SignIn) -> Any:
    """The page of materials of a draft that asks for a passport, on a small telephone."""
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    typed(visitor, token, with_passport())
    sign_in(phone_page, county.cast.applicant)
    phone_page.goto(f"{address}/applications/{token}/materials")
    return phone_page


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    found = []
    for number in range(3):
        path = tmp_path / f"photo-{number}.jpg"
        path.write_bytes(picture("JPEG", (40 + number, 30)))
        found.append(path)
    return found


def take(page: Any, photo: Path) -> None:
    page.locator("input[capture]").first.set_input_files(photo)


def test_several_photos_in_a_row_without_leaving_the_page(materials: Any, county: County, photos: list[Path]) -> None:
    page = materials
    assert page.locator("input[capture=environment]").first.is_visible()
    before = page.url
    for number, photo in enumerate(photos, 1):
        take(page, photo)
        page.wait_for_selector(f".upload-list .upload:nth-child({number})")
        page.wait_for_selector("text=已上传1个")
    assert page.url == before
    assert sorted(upload.name for upload in county.rows(Upload)) == ["photo-0.jpg", "photo-1.jpg", "photo-2.jpg"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_photos_taken_without_a_connection_go_up_when_it_is_back(materials: Any, county: County, photos: list[Path]) -> None:
    page = materials
    page.context.set_offline(True)
    for photo in photos[:2]:
        take(page, photo)
        page.wait_for_selector("text=个文件已存在这台设备上")
        page.wait_for_selector("form[data-upload]:not([data-busy])")
    assert county.rows(Upload) == []
    page.context.set_offline(False)
    page.wait_for_selector(".upload-list .upload:nth-child(2)")
    assert len(county.rows(Upload)) == 2


def test_a_killed_tab_loses_no_photo(materials: Any, county: County, address: str, photos: list[Path]) -> None:
    context = materials.context
    context.set_offline(True)
    take(materials, photos[0])
    materials.wait_for_selector("text=个文件已存在这台设备上")
    materials.close()
    context.set_offline(False)
    again = context.new_page()
    with again.expect_response(lambda answer: answer.request.method == "POST") as sent:
        again.goto(f"{address}/applications")
    assert sent.value.status == 204
    assert len(county.rows(Upload)) == 1


def test_a_photo_whose_answer_was_lost_is_kept_once(materials: Any, county: County, photos: list[Path]) -> None:
    page = materials
    token = page.url.split("/")[4]

    def lose(route: Any) -> None:
        if route.request.method == "POST":
            # What the browser sent arrives, and the answer does not.
            where = passport_of(county, token)
            send(county.visitor(county.cast.applicant), token, where, photos[0].read_bytes(), photos[0].name)
            route.abort()
        else:
            route.continue_()

    page.route("**/materials", lose)
    take(page, photos[0])
    page.wait_for_selector("text=个文件已存在这台设备上")
    assert len(county.rows(Upload)) == 1
    page.unroute("**/materials")
    page.reload()
    page.wait_for_selector(".upload-list .upload")
    page.wait_for_load_state("networkidle")
    assert len(county.rows(Upload)) == 1


def test_signing_out_clears_photos_that_wait(materials: Any, county: County, address: str, photos: list[Path], sign_in: SignIn) -> None:
    page = materials
    page.route("**/materials", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    take(page, photos[0])
    page.wait_for_selector("text=个文件已存在这台设备上")
    page.click("button:text-is('退出')")
    page.wait_for_selector("text=您已退出")
    page.unroute("**/materials")
    sign_in(page, county.cast.applicant)
    page.wait_for_load_state("networkidle")
    assert county.rows(Upload) == []


def test_a_file_too_large_or_none_at_all_is_said_in_place(materials: Any, county: County, tmp_path: Path) -> None:
    page = materials
    text = tmp_path / "letter.txt"
    text.write_text("no photo", encoding="utf-8")
    page.locator("input[type=file]:not([capture])").first.set_input_files(text)
    page.wait_for_selector(".upload-said:not(:empty)")
    assert county.rows(Upload) == []
    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff\xd8" + b"0" * (int(county.application.config["UPLOAD_BYTES"]) + 1))
    take(page, large)
    page.wait_for_selector("text=这个太大了，没有上传")


def test_on_a_desk_there_is_one_way_to_choose(page: Any, address: str, county: County, sign_in: SignIn) -> None:
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    typed(visitor, token, with_passport())
    sign_in(page, county.cast.applicant)
    page.goto(f"{address}/applications/{token}/materials")
    assert page.locator("input[capture]").first.is_hidden() == page.evaluate("!matchMedia('(any-pointer: coarse)').matches")
    assert page.locator("input[type=file]:not([capture])").first.is_visible()
