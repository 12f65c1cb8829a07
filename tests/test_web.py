"""The web chat over HTTP and WebSocket: who one is, what is let in, and that nothing is lost or doubled."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from PIL import Image
from starlette.websockets import WebSocketDisconnect

from bot.channels.web import WebChannel, cookie
from bot.channels.web.pace import Pace
from bot.channels.web.refused import TooFast
from intents.message import Location, Reply
from tests.test_photos import phone_photo, png_claiming, written
from tests.web_ears import ListeningEars, TestClient, WebSocketTestSession, app_of, as_json

SITE = "http://testserver"
ORIGIN = {"origin": SITE}
XSS = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def ears() -> ListeningEars:
    return ListeningEars()


@pytest.fixture
def web(ears: ListeningEars) -> Iterator[tuple[TestClient, WebChannel]]:
    app, channel = app_of(ears, look_every=600)
    with TestClient(app, headers=ORIGIN) as client:
        client.get("/")
        yield client, channel


@pytest.fixture
def page(web: tuple[TestClient, WebChannel]) -> TestClient:
    """A browser that has opened the page."""
    return web[0]


def event(n: int) -> str:
    return f"event-{n:04}"


def say(page: TestClient, n: int, text: str = "你好", **more: object) -> Any:
    return page.post("/chat/say", json={"event_id": event(n), "text": text, **more})


def texts(told: Any) -> list[str]:
    return [line["body"]["text"] for line in told["lines"]]


def address(page: TestClient) -> str:
    return cookie.address(page.cookies[cookie.NAME])


def another(page: TestClient) -> TestClient:
    """Another person's browser at the same site."""
    other = TestClient(page.app, headers=ORIGIN)
    other.get("/")
    return other


def until_heard(socket: WebSocketTestSession, event_id: str) -> list[dict[str, Any]]:
    """Lines pushed up to the acknowledgement of that event."""
    lines: list[dict[str, Any]] = []
    while True:
        frame = socket.receive_json()
        assert "error" not in frame, frame
        lines += frame["lines"]
        if frame.get("heard") == event_id:
            return lines


# who one is


def test_first_visit_gives_a_cookie_and_the_next_keeps_it(page: TestClient) -> None:
    first = another(page)
    given = first.get("/", headers={"cookie": ""}).headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=lax" in given
    assert "Secure" not in given
    assert "Max-Age" not in given
    assert "expires" not in given
    assert "set-cookie" not in page.get("/").headers


def test_cookie_is_secure_over_https(ears: ListeningEars) -> None:
    app, _ = app_of(ears)
    assert "Secure" in TestClient(app, base_url="https://testserver").get("/").headers["set-cookie"]


def test_cookie_of_another_shape_is_replaced(page: TestClient) -> None:
    response = page.get("/", headers={"cookie": f"{cookie.NAME}=guess"})
    assert cookie.NAME in response.headers["set-cookie"]


def test_address_is_not_the_cookie(page: TestClient, ears: ListeningEars) -> None:
    say(page, 1)
    message = ears.heard[0]
    assert message.address == address(page)
    assert len(message.address) == 32
    assert page.cookies[cookie.NAME] not in repr(message)
    assert (message.channel, message.room, message.text) == ("web", "private", "你好")
    assert message.event_id == f"{address(page)}:{event(1)}"
    assert len(f"{address(page)}:{'x' * 40}") <= 80  # the inbox cuts event ids there


def test_without_a_cookie_nothing_is_heard(page: TestClient, ears: ListeningEars) -> None:
    stranger = TestClient(page.app, headers=ORIGIN)
    for response in (
        say(stranger, 1),
        stranger.get("/chat/lines"),
        stranger.get("/chat/picture/x"),
        stranger.post("/chat/photo"),
    ):
        assert response.status_code == 401
        assert "刷新" in response.json()["error"]
    with pytest.raises(WebSocketDisconnect), stranger.websocket_connect("/chat/ws"):
        pass
    assert ears.heard == []


def test_page_has_the_centre_and_nothing_inline_or_from_elsewhere(page: TestClient) -> None:
    response = page.get("/")
    assert "家门口 · 小滨" in response.text
    assert "海曙区示例社区党群服务中心" in response.text
    assert "示例</strong>" in response.text
    assert "tel:0574-87650000" in response.text
    policy = response.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert response.headers["cache-control"] == "no-store"
    assert "http:" not in response.text.replace(SITE, "")
    assert "https:" not in response.text
    assert "style=" not in response.text
    for name in ("chat.js", "wire.js", "line.js", "log.js", "leave.js", "dom.js"):
        script = page.get(f"/chat/static/{name}")
        assert script.headers["cache-control"] == "no-cache"
        assert "javascript" in script.headers["content-type"]
        assert "innerHTML" not in script.text
        assert "insertAdjacent" not in script.text


def test_centre_that_is_no_sample_has_no_badge(ears: ListeningEars) -> None:
    app, _ = app_of(ears, sample=False)
    assert "示例</strong>" not in TestClient(app).get("/").text


# post


def test_say_answers_with_both_sides(page: TestClient) -> None:
    told = say(page, 1, "菜单").json()
    assert told["heard"] == event(1)
    assert [line["who"] for line in told["lines"]] == ["resident", "bot"]
    assert told["lines"][0]["body"]["event_id"] == event(1)
    assert told["lines"][1]["body"]["options"] == [["=ask", "问政策、问材料"], ["=book", "约服务"]]


def test_button_and_location_travel(page: TestClient, ears: ListeningEars) -> None:
    page.post("/chat/say", json={"event_id": event(1), "button": "3:1"})
    page.post("/chat/say", json={"event_id": event(2), "location": [29.87, 121.55]})
    assert ears.heard[0].button == "3:1"
    assert ears.heard[1].location == Location(29.87, 121.55)


def test_the_same_event_twice_is_heard_once(page: TestClient, ears: ListeningEars) -> None:
    say(page, 1)
    again = say(page, 1).json()
    assert again["heard"] == event(1)
    assert len(again["lines"]) == 2
    assert len(ears.heard) == 1


def test_same_event_id_of_two_people_is_two_events(page: TestClient, ears: ListeningEars) -> None:
    other = another(page)
    say(page, 1, "甲的话")
    assert texts(say(other, 1, "乙的话").json()) == ["乙的话", "听到：乙的话"]
    assert len({message.event_id for message in ears.heard}) == 2
    assert texts(page.get("/chat/lines").json()) == ["甲的话", "听到：甲的话"]


def test_markup_stays_words(page: TestClient) -> None:
    response = say(page, 1, XSS)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert texts(response.json())[0] == XSS


@pytest.mark.parametrize("text", ["\ud800坏", "空\0字"])
def test_what_no_database_takes_is_left_out(page: TestClient, ears: ListeningEars, text: str) -> None:
    body = json.dumps({"event_id": event(1), "text": text})
    assert (
        page.post("/chat/say", content=body, headers={"content-type": "application/json"}).status_code == 200
    )
    ears.heard[0].text.encode()
    assert "\0" not in ears.heard[0].text


BAD_BODIES = [
    "", "{", "[]", "null", "1", '"x"', "[" * 30_000, '{"event_id": NaN}', "\ufeff{}",
    as_json({}), as_json({"text": "没有编号"}), as_json({"event_id": event(1), "text": 5}),
    as_json({"event_id": 5, "text": "x"}), as_json({"event_id": "short", "text": "x"}),
    as_json({"event_id": "a b c d e f g", "text": "x"}), as_json({"event_id": "x" * 41, "text": "x"}),
    as_json({"event_id": event(1), "text": "x", "admin": True}), as_json({"event_id": event(1), "button": ""}),
    as_json({"event_id": event(1), "button": "钮" * 21}), as_json({"event_id": event(1), "button": ["x"]}),
    as_json({"event_id": event(1), "location": [1]}), as_json({"event_id": event(1), "location": [91, 0]}),
    as_json({"event_id": event(1), "location": ["a", "b"]}), as_json({"event_id": event(1), "location": {"latitude": 1}}),
    as_json({"event_id": event(1), "location": [True, 1]}), '{"event_id":"event-0001","location":[1e999,1]}',
    '{"event_id":"event-0001","location":[' + "9" * 4000 + ",1]}", '{"event_id":"event-0001","after_in":' + "9" * 5000 + "}",
    as_json({"event_id": event(1), "after_in": -1}), as_json({"event_id": event(1), "after_in": 2**60}),
    as_json({"event_id": event(1), "after_out": "1"}), as_json({"event_id": event(1), "after_in": True}),
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_BODIES)
def test_bad_bodies_get_a_sentence(page: TestClient, ears: ListeningEars, body: str) -> None:
    response = page.post("/chat/say", content=body.encode(), headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"].endswith("。")
    assert ears.heard == []


def test_bytes_that_are_no_utf8(page: TestClient) -> None:
    response = page.post(
        "/chat/say", content=b'{"text":"\xff\xfe"}', headers={"content-type": "application/json"}
    )
    assert response.status_code == 400


def test_huge_body_is_refused(page: TestClient, ears: ListeningEars) -> None:
    response = say(page, 1, "长" * 30_000)
    assert (response.status_code, ears.heard) == (413, [])
    assert "太长" in response.json()["error"]


def test_long_text_is_left_to_the_turn(page: TestClient, ears: ListeningEars) -> None:
    assert say(page, 1, "长" * 5000).status_code == 200
    assert len(ears.heard[0].text) == 5000


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_only_json_is_read_as_json(page: TestClient, ears: ListeningEars, kind: str) -> None:
    body = as_json({"event_id": event(1), "text": "x"})
    assert page.post("/chat/say", content=body, headers={"content-type": kind}).status_code == 415
    assert ears.heard == []


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "http://testserver.evil.example", "http://[", "ftp://testserver"],
)
def test_other_sites_may_not_speak(page: TestClient, ears: ListeningEars, origin: str) -> None:
    page.headers["origin"] = origin
    assert say(page, 1).status_code == 403
    assert page.post("/chat/photo", files={"file": phone_photo()}).status_code == 403
    assert page.post("/chat/forget").status_code == 403
    with pytest.raises(WebSocketDisconnect), page.websocket_connect("/chat/ws"):
        pass
    assert ears.heard == []


def test_a_site_that_is_named_may_speak(ears: ListeningEars) -> None:
    app, web = app_of(ears)
    web.origins = ("https://chat.example.cn",)
    with TestClient(app, headers={"origin": "https://chat.example.cn"}) as page:
        page.get("/")
        assert say(page, 1).status_code == 200


def test_too_fast_is_told_so(page: TestClient, ears: ListeningEars) -> None:
    answers = [say(page, n) for n in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert "歇几秒" in answers[-1].json()["error"]
    assert answers[-1].json()["retry_after"] > 0
    assert len(ears.heard) == 20
    assert say(another(page), 1).status_code == 200


def test_pace_opens_again_and_forgets_the_quiet() -> None:
    now = [0.0]
    pace = Pace(2, 10, clock=lambda: now[0])
    pace.step("a")
    now[0] = 4
    pace.step("a")
    with pytest.raises(TooFast) as caught:
        pace.step("a")
    assert caught.value.seconds == 6
    pace.step("b")
    now[0] = 10
    pace.step("a")


# pictures


def send_photo(page: TestClient, data: bytes, n: int = 1, **fields: str) -> Any:
    return page.post("/chat/photo", data={"event_id": event(n), **fields}, files={"file": ("我家.jpg", data)})


def test_photo_is_cleaned_and_shown_to_its_sender_only(page: TestClient, ears: ListeningEars) -> None:
    told = send_photo(page, phone_photo(), text="楼道灯", after_in="0").json()
    photo = ears.heard[0].photo
    assert photo is not None
    assert b"SecretPhone" not in photo.data
    assert ears.heard[0].text == "楼道灯"
    name = told["lines"][0]["body"]["photo"]
    shown = page.get(f"/chat/picture/{name}")
    assert (shown.status_code, shown.content) == (200, photo.data)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "no-store"
    assert another(page).get(f"/chat/picture/{name}").status_code == 404
    assert page.get("/chat/picture/photo99").status_code == 404


def test_a_picture_in_a_reply_is_shown(page: TestClient, ears: ListeningEars) -> None:
    ears.pictures["map"] = b"jpeg"
    say(page, 1)
    assert page.get("/chat/picture/map").status_code == 404
    ears.say(address(page), "bot", Reply("地图", picture="map"))
    assert page.get("/chat/picture/map").content == b"jpeg"


@pytest.mark.parametrize(("data", "word"), [
    (png_claiming(13000, 13000), "尺寸太大"), (b"PK\x03\x04zip", "JPG"), (phone_photo()[:200], "打不开"), (b"", "没有收到照片"),
    (bytes(10 * 1024 * 1024 + 1), "10 MB"),
])  # fmt: skip
def test_bad_uploads_get_a_sentence(page: TestClient, ears: ListeningEars, data: bytes, word: str) -> None:
    response = send_photo(page, data)
    assert response.status_code == 400
    assert word in response.json()["error"]
    assert ears.heard == []


async def test_upload_is_cut_off_while_it_is_read(page: TestClient, ears: ListeningEars) -> None:
    read, told = 0, b""

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        head = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
            if read == 1
            else b""
        )
        return {"type": "http.request", "body": head + bytes(1 << 20), "more_body": True}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal told
        told += message.get("body", str(message.get("status")).encode())

    headers = {"host": "testserver", "origin": SITE, "cookie": f"{cookie.NAME}={'x' * 43}",
               "content-type": "multipart/form-data; boundary=x"}  # fmt: skip
    scope = {"type": "http", "method": "POST", "path": "/chat/photo", "query_string": b"", "http_version": "1.1",
             "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}  # fmt: skip
    await page.app(scope, receive, send)
    assert told.startswith(b"413")
    assert "10 MB" in told.decode()
    assert read == 11
    assert ears.heard == []


@pytest.mark.parametrize(("kind", "body"), [
    ("multipart/form-data", b"x"), ("multipart/form-data; boundary=x", b"no boundary here"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--"),
    ("application/json", b"{}"), ("multipart/form-data; boundary=" + "b" * 500, b""),
])  # fmt: skip
def test_broken_forms_get_a_sentence(page: TestClient, kind: str, body: bytes) -> None:
    response = page.post("/chat/photo", content=body, headers={"content-type": kind})
    assert response.status_code == 400
    assert response.json()["error"].endswith("。")


def test_form_with_a_field_nobody_knows(page: TestClient, ears: ListeningEars) -> None:
    assert send_photo(page, phone_photo(), role="admin").status_code == 400
    assert send_photo(page, phone_photo(), after_in="x").status_code == 400
    assert send_photo(page, phone_photo(), location="[1,2]").status_code == 400
    assert ears.heard == []


def test_a_photo_sent_again_is_heard_once(page: TestClient, ears: ListeningEars) -> None:
    data = written(Image.new("RGB", (9, 9)), "PNG")
    assert send_photo(page, data).json()["heard"] == event(1)
    assert send_photo(page, data).json()["heard"] == event(1)
    assert len(ears.heard) == 1
    assert Image.open(io.BytesIO(page.get("/chat/picture/photo0").content)).size == (9, 9)


# reading


def test_lines_after_the_cursor(page: TestClient, ears: ListeningEars) -> None:
    for n in range(100):
        ears.say(address(page), "bot", Reply(f"第{n + 1}句"))
    assert len(texts(page.get("/chat/lines").json())) == 50
    late = texts(page.get("/chat/lines?after_out=99").json())
    assert late[-1] == "第100句"
    assert late[0] == "第36句"  # a little behind the cursor: a row with a lower number may be committed later
    assert page.get("/chat/lines?after_in=x").status_code == 400
    assert page.get("/chat/lines?after_in=-1").status_code == 400
    assert page.get("/chat/lines?after_in=" + "9" * 30).status_code == 400


# websocket


def test_socket_hears_and_answers(page: TestClient) -> None:
    with page.websocket_connect("/chat/ws") as socket:
        socket.send_json({"after_in": 0, "after_out": 0})
        assert socket.receive_json() == {"lines": []}
        socket.send_json({"event_id": event(1), "text": "你好"})
        lines = until_heard(socket, event(1))
        assert [line["body"]["text"] for line in lines] == ["你好", "听到：你好"]
        assert lines[0]["body"]["event_id"] == event(1)


def test_bell_pushes_what_was_said_from_another_thread(
    web: tuple[TestClient, WebChannel], ears: ListeningEars
) -> None:
    page, channel = web
    with page.websocket_connect("/chat/ws") as socket:
        socket.send_json({})
        socket.receive_json()
        ears.say(address(page), "李姐", Reply("我来帮您。"))
        clerk = threading.Thread(target=channel.ring, args=(address(page),))
        clerk.start()
        clerk.join()
        line = socket.receive_json()["lines"][0]
        assert (line["who"], line["body"]["text"]) == ("李姐", "我来帮您。")
    channel.ring(address(page))  # nobody is there any more
    channel.ring("somebody else")


def test_socket_looks_by_itself(ears: ListeningEars) -> None:
    app, _ = app_of(ears, look_every=0.02)
    with TestClient(app, headers=ORIGIN) as page:
        page.get("/")
        with page.websocket_connect("/chat/ws") as socket:
            socket.send_json({})
            socket.receive_json()
            ears.say(address(page), "bot", Reply("另一台机器说的"))
            assert texts(socket.receive_json()) == ["另一台机器说的"]


def test_resume_after_a_broken_line_loses_and_doubles_nothing(page: TestClient, ears: ListeningEars) -> None:
    with page.websocket_connect("/chat/ws") as socket:
        socket.send_json({"event_id": event(1), "text": "一"})
        seen = until_heard(socket, event(1))
        socket.send_json({"event_id": event(2), "text": "二"})  # the line breaks before its answer is read
    after = {"after_in": 1, "after_out": 1}
    ears.say(address(page), "bot", Reply("提醒：明天理发"))
    with page.websocket_connect("/chat/ws") as socket:
        socket.send_json({**after})
        seen += socket.receive_json()["lines"]
        socket.send_json({"event_id": event(2), "text": "二", **after})
        seen += until_heard(socket, event(2))
    by_id = {line["id"]: line["body"]["text"] for line in seen}
    assert sorted(by_id.values()) == sorted(["一", "听到：一", "二", "听到：二", "提醒：明天理发"])
    assert [message.text for message in ears.heard] == ["一", "二"]


def test_one_socket_never_pushes_a_line_twice(page: TestClient) -> None:
    with page.websocket_connect("/chat/ws") as socket:
        seen: list[str] = []
        for n in range(5):
            socket.send_json({"event_id": event(n), "text": f"{n}"})
            seen += [line["id"] for line in until_heard(socket, event(n))]
        assert sorted(seen) == sorted([f"i{n}" for n in range(1, 6)] + [f"o{n}" for n in range(1, 6)])


def test_two_pages_of_one_person_show_the_same(page: TestClient) -> None:
    with page.websocket_connect("/chat/ws") as one, page.websocket_connect("/chat/ws") as two:
        for socket in (one, two):
            socket.send_json({})
            socket.receive_json()
        one.send_json({"event_id": event(1), "text": "你好"})
        until_heard(one, event(1))
        assert texts(two.receive_json()) == ["你好", "听到：你好"]


@pytest.mark.parametrize("body", [*(body for body in BAD_BODIES if body != "{}"), "长" * 30_000])
def test_socket_stays_open_after_nonsense(page: TestClient, ears: ListeningEars, body: str) -> None:
    with page.websocket_connect("/chat/ws") as socket:
        socket.send_text(body)
        refusal = socket.receive_json()
        assert refusal["error"].endswith("。")
        assert refusal["status"] in (400, 413)
        socket.send_bytes(b"{}")
        assert socket.receive_json()["status"] == 400
        socket.send_json({"event_id": event(9), "text": "还在"})
        until_heard(socket, event(9))
    assert [message.text for message in ears.heard] == ["还在"]


def test_socket_too_fast_names_the_event(page: TestClient) -> None:
    with page.websocket_connect("/chat/ws") as socket:
        for n in range(20):
            socket.send_json({"event_id": event(n), "text": "快"})
            until_heard(socket, event(n))
        socket.send_json({"event_id": event(20), "text": "快"})
        refusal = socket.receive_json()
    assert (refusal["status"], refusal["event_id"]) == (429, event(20))


def test_ninth_page_of_one_person_is_not_let_in(page: TestClient) -> None:
    open_pages = [page.websocket_connect("/chat/ws").__enter__() for _ in range(8)]
    with pytest.raises(WebSocketDisconnect), page.websocket_connect("/chat/ws"):
        pass
    for socket in open_pages:
        socket.__exit__(None, None, None)
    with page.websocket_connect("/chat/ws"):
        pass


# leaving


def test_forget_takes_the_cookie_and_closes_every_page(page: TestClient) -> None:
    say(page, 1, "他打我")
    with page.websocket_connect("/chat/ws") as socket:
        socket.send_json({})
        socket.receive_json()
        response = page.post("/chat/forget")
        assert response.status_code == 200
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 4001
    assert cookie.NAME not in page.cookies
    page.get("/")
    assert page.get("/chat/lines").json() == {"lines": []}


def test_the_page_one_leaves_to_says_nothing_of_us(page: TestClient) -> None:
    away = page.get("/chat/away")
    assert "12345" in away.text
    for word in ("家门口", "小滨", "隐藏", "记录"):
        assert word not in away.text
    assert "set-cookie" not in TestClient(page.app).get("/chat/away").headers
