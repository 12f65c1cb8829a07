"""The desk's guard: who gets in, how long, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from starlette.routing import BaseRoute, Mount, Route

from intents.library import Library
from storage.archive import Archive
from tests.databases import open_archive
from tests.desk_fixture import PASSWORD, Centre, link, opened, set_password, try_password

OPEN = {"/desk/sign-in", "/desk/enter", "/calendar/1.ics", "/health"}


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


def all_routes(routes: list[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of every route that the desk has."""
    for route in routes:
        if isinstance(route, Mount) and route.routes:
            yield from all_routes(list(route.routes), prefix + route.path)
        elif isinstance(route, Route):
            path = prefix + route.path
            for name in route.param_convertors:
                path = path.replace("{" + name + "}", "1").replace("{" + name + ":path}", "nothing")
            method = "POST" if "POST" in (route.methods or ()) else "GET"
            yield method, path


async def test_every_route_leads_to_the_sign_in_without_a_session(centre: Centre) -> None:
    browser, seen = centre.browser(), 0
    for method, path in all_routes(list(centre.app.routes)):
        if path in OPEN:
            continue
        answer = await browser.http.request(method, path)
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/desk/sign-in"), (method, path)
        seen += 1
    assert seen > 30


async def test_every_post_needs_the_token_of_this_session(centre: Centre) -> None:
    liu, other = centre.signed_in("liu"), centre.signed_in("liu")
    for method, path in all_routes(list(centre.app.routes)):
        if method == "POST" and path not in OPEN:
            for forged in ("", "x", other.csrf):
                answer = await liu.http.post(path, data={"csrf": forged} if forged else {})
                assert answer.status_code == 403, (path, forged)
    assert (await liu.get("/desk/")).status_code == 200  # /sign-out was among them


async def test_token_may_come_in_a_header(centre: Centre) -> None:
    li = centre.signed_in("li")
    answer = await li.http.post("/desk/me/bind", headers={"X-CSRF": li.csrf}, data={"a": "b"})
    assert answer.status_code == 200


async def test_too_large_a_form_is_refused(centre: Centre) -> None:
    li = centre.signed_in("li")
    answer = await li.http.post("/desk/me/bind", content=b"x" * (12 * 1024 * 1024 + 1))
    assert answer.status_code == 413


async def test_plain_workers_do_not_open_admin_pages(centre: Centre) -> None:
    for login in ("li", "zhao"):
        browser = centre.signed_in(login)
        for path in ("/desk/people", "/desk/people/1", "/desk/outbox", "/desk/audit"):
            assert (await browser.get(path)).status_code == 403, path
        for path in ("/desk/people/add", "/desk/people/1/invite", "/desk/rota/add", "/desk/rota/1/drop"):
            assert (await browser.post(path)).status_code == 403, path


async def test_careful_headers_are_on_every_answer(centre: Centre) -> None:
    li = centre.signed_in("li")
    for path in ("/desk/", "/desk/nothing", "/desk/cases/B1", "/desk/sign-in", "/desk/static/desk.js"):
        answer = await li.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


async def test_pages_hold_no_inline_script_or_style(centre: Centre) -> None:
    liu = centre.signed_in("liu")
    for path in (
        "/desk/",
        "/desk/cases",
        "/desk/bookings",
        "/desk/rota",
        "/desk/people",
        "/desk/me",
        "/desk/audit",
    ):
        text = await liu.text(path)
        assert text.count("<script") == text.count('<script src="/desk/static/desk.js"') == 1
        for bad in ("<style", "style=", "onclick", "onsubmit", "javascript:"):
            assert bad not in text, (path, bad)


# sessions


async def test_session_on_a_shared_computer_ends_after_half_an_hour_without_use(centre: Centre) -> None:
    li = centre.signed_in("li", "shared")
    for _ in range(4):
        centre.now += timedelta(minutes=20)
        assert (await li.get("/desk/")).status_code == 200
    centre.now += timedelta(minutes=31)
    assert (await li.get("/desk/")).status_code == 303


async def test_a_page_left_open_does_not_keep_the_session_alive(centre: Centre) -> None:
    li = centre.signed_in("li", "shared")
    for _ in range(2):
        centre.now += timedelta(minutes=14)
        assert (await li.get("/desk/live")).status_code == 200
    centre.now += timedelta(minutes=3)
    assert (await li.get("/desk/live")).status_code == 303


async def test_session_of_ones_own_computer_lasts_eight_hours(centre: Centre) -> None:
    li = centre.signed_in("li")
    centre.now += timedelta(hours=7, minutes=59)
    assert (await li.get("/desk/")).status_code == 200
    centre.now += timedelta(hours=8, seconds=1)
    assert (await li.get("/desk/")).status_code == 303


async def test_session_ends_at_sign_out(centre: Centre) -> None:
    li, elsewhere = centre.signed_in("li"), centre.signed_in("li")
    token = li.http.cookies["desk"]
    assert (await li.post("/desk/sign-out")).status_code == 303
    li.http.cookies.set("desk", token, domain="desk.test", path="/desk")
    assert (await li.get("/desk/")).status_code == 303
    assert (await elsewhere.get("/desk/")).status_code == 200


async def test_sessions_and_links_end_when_a_worker_leaves(centre: Centre) -> None:
    li, shared, key = centre.signed_in("li"), centre.signed_in("li", "shared"), await link(centre, "li")
    liu = centre.signed_in("liu")
    await liu.post(f"/desk/people/{centre.worker('li').id}/leave")
    assert (await li.get("/desk/")).status_code == 303
    assert (await shared.get("/desk/")).status_code == 303
    assert (await centre.browser().get(f"/desk/enter?key={key}")).status_code == 410


async def test_changing_the_password_ends_other_sessions(centre: Centre) -> None:
    li, elsewhere = await set_password(centre, "li"), centre.signed_in("li")
    refused = await li.post("/desk/me/password", old="no", password="another one 1", again="another one 1")
    assert refused.status_code == 403
    done = await li.post("/desk/me/password", old=PASSWORD, password="another one 1", again="another one 1")
    assert done.status_code == 303
    assert (await li.get("/desk/me")).status_code == 200
    assert (await elsewhere.get("/desk/me")).status_code == 303
    assert (await try_password(centre, "li", "another one 1"))[0] == 303


# health


async def test_health_needs_no_session_and_tells_nothing_about_anybody(centre: Centre) -> None:
    await centre.hear("王秀英", "低保怎么办")
    answer = await centre.browser().get("/health")
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"database", "oldest_unsent_seconds", "outbox", "unheard_inbox", "version"}
    assert told["database"] == "ok"
    assert "王秀英" not in answer.text


async def test_health_counts_what_waits(centre: Centre) -> None:
    with centre.archive.open() as records:
        records.outbox.put(
            channel="telegram", address="1", body={"text": "x"}, purpose="reply", now=centre.now
        )
        records.conversations.take("telegram", "e1", "1", {"text": "x"}, centre.now)
    centre.now += timedelta(seconds=90)
    told = (await centre.browser().get("/health")).json()
    assert told["oldest_unsent_seconds"] == 90
    assert told["outbox"] == {"pending": 1}
    assert told["unheard_inbox"] == 1


async def test_health_is_503_without_a_database(sqlite_url: str, library: Library) -> None:
    archive = open_archive(sqlite_url)
    async with opened(archive, library) as centre:
        with archive.engine.connect() as connection:
            connection.exec_driver_sql("DROP TABLE inbox")
            connection.commit()
        answer = await centre.browser().get("/health")
        assert answer.status_code == 503
        assert answer.json()["database"] == "down"
    archive.close()
