"""Signing in: the one-time link, login and password, lock-out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from bot import desk
from bot.desk import signin
from intents.library import Library
from storage.archive import Archive
from tests.desk_fixture import CSRF, PASSWORD, Centre, link, opened, set_password, try_password


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


# the one-time link


async def test_a_link_that_is_only_looked_at_is_not_used_up(centre: Centre) -> None:
    key = await link(centre, "li")
    for _ in range(3):
        assert "请设置密码" in await centre.browser().text(f"/desk/enter?key={key}")


async def test_a_link_works_once(centre: Centre) -> None:
    browser, key = centre.browser(), await link(centre, "li")
    found = CSRF.search(await browser.text(f"/desk/enter?key={key}"))
    assert found
    browser.csrf = found[1]
    first = await browser.post("/desk/enter", key=key, password=PASSWORD, again=PASSWORD)
    assert first.status_code == 303
    again = centre.browser()
    assert (await again.get(f"/desk/enter?key={key}")).status_code == 410
    assert (await again.post("/desk/enter", key=key, password=PASSWORD, again=PASSWORD)).status_code == 410


async def test_two_at_once_use_a_link_once(centre: Centre) -> None:
    key, browsers = await link(centre, "li"), [centre.browser(), centre.browser()]
    for browser in browsers:
        found = CSRF.search(await browser.text(f"/desk/enter?key={key}"))
        assert found
        browser.csrf = found[1]
    answers = await asyncio.gather(
        *(b.post("/desk/enter", key=key, password=PASSWORD, again=PASSWORD) for b in browsers)
    )
    assert sorted(answer.status_code for answer in answers) == [303, 410]


async def test_an_old_link_is_refused(centre: Centre) -> None:
    key = await link(centre, "li")
    centre.now += timedelta(hours=24, seconds=1)
    assert (await centre.browser().get(f"/desk/enter?key={key}")).status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "why"),
    [("short", "short", "至少要10个"), ("li li li li li", "li li li li li", "太好猜"), ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "太好猜"),
     (PASSWORD, PASSWORD + "x", "不一样")],
)  # fmt: skip
async def test_a_poor_password_does_not_use_the_link_up(
    centre: Centre, password: str, again: str, why: str
) -> None:
    browser, key = centre.browser(), await link(centre, "li")
    found = CSRF.search(await browser.text(f"/desk/enter?key={key}"))
    assert found
    browser.csrf = found[1]
    answer = await browser.post("/desk/enter", key=key, password=password, again=again)
    assert answer.status_code == 422
    assert why in answer.text
    assert (await browser.get(f"/desk/enter?key={key}")).status_code == 200


async def test_setting_a_password_from_elsewhere_is_refused(centre: Centre) -> None:
    browser, key = centre.browser(), await link(centre, "li")
    await browser.get(f"/desk/enter?key={key}")
    browser.csrf = "forged"
    assert (await browser.post("/desk/enter", key=key, password=PASSWORD, again=PASSWORD)).status_code == 403
    assert not centre.worker("li").has_password


# login and password


async def test_sign_in_leads_to_the_page_that_was_asked_for(centre: Centre) -> None:
    await set_password(centre, "li")
    assert await try_password(centre, "li", PASSWORD, after="/desk/cases?late=1") == (
        303,
        "/desk/cases?late=1",
    )


@pytest.mark.parametrize(
    "after", ["https://evil.test/", "//evil.test", "/desk/../..//evil.test", "/desk\\evil", "/x", ""]
)
async def test_sign_in_leads_nowhere_else(centre: Centre, after: str) -> None:
    assert signin.safe(after) == "/desk/"


async def test_unknown_wrong_and_locked_are_answered_alike(centre: Centre) -> None:
    await set_password(centre, "li")
    wrong = await try_password(centre, "li", "wrong wrong wrong")
    assert wrong == await try_password(centre, "nobody", "wrong wrong wrong")
    assert wrong == await try_password(centre, "wang", "")  # has no password yet
    for _ in range(4):
        await try_password(centre, "li", "wrong wrong wrong")
    assert await try_password(centre, "li", PASSWORD) == wrong
    assert wrong[0] == 403


async def test_five_misses_lock_for_a_quarter_of_an_hour(centre: Centre) -> None:
    await set_password(centre, "li")
    for _ in range(5):
        await try_password(centre, "li", "wrong wrong wrong")
    assert (await try_password(centre, "li", PASSWORD))[0] == 403
    centre.now += timedelta(minutes=14, seconds=59)
    assert (await try_password(centre, "li", PASSWORD))[0] == 403
    centre.now += timedelta(seconds=2)
    assert (await try_password(centre, "li", PASSWORD))[0] == 303
    assert centre.audit("locked") == [("li", "desk")]


async def test_four_misses_do_not_lock(centre: Centre) -> None:
    await set_password(centre, "li")
    for _ in range(2):
        for _ in range(4):
            assert (await try_password(centre, "li", "wrong wrong wrong"))[0] == 403
        assert (await try_password(centre, "li", PASSWORD))[0] == 303


async def test_many_guesses_at_once_do_not_pass_the_lock(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_password(centre, "li")
    checked: list[str] = []
    verify = signin._verify

    def counted(kept: str, password: str) -> bool:
        checked.append(kept)
        return verify(kept, password)

    monkeypatch.setattr(signin, "_verify", counted)
    await asyncio.gather(*(try_password(centre, "li", f"wrong wrong {n}") for n in range(12)))
    assert len([kept for kept in checked if kept != signin.NOBODY]) == 5
    assert (await try_password(centre, "li", PASSWORD))[0] == 403


async def test_sign_in_form_from_elsewhere_is_refused(centre: Centre) -> None:
    await set_password(centre, "li")
    browser = centre.browser()
    await browser.get("/desk/sign-in")
    for forged in ("", "forged"):
        browser.csrf = forged
        assert (await browser.post("/desk/sign-in", login="li", password=PASSWORD)).status_code == 403


async def test_cookie_is_for_the_server_only(centre: Centre) -> None:
    await set_password(centre, "li")
    browser = centre.browser()
    found = CSRF.search(await browser.text("/desk/sign-in"))
    assert found
    browser.csrf = found[1]
    answer = await browser.post("/desk/sign-in", login="li", password=PASSWORD)
    cookie = next(it for it in answer.headers.get_list("set-cookie") if it.startswith("desk="))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age" not in cookie  # a shared computer forgets it with the window
    assert "Secure" not in cookie  # plain http in this test; the next one asks for https


async def test_over_https_cookies_travel_only_there(centre: Centre) -> None:
    centre.app = Starlette(routes=desk.routes(centre.office, secure=True))
    answer = await centre.browser().get("/desk/sign-in")
    assert "Secure" in answer.headers["set-cookie"]
