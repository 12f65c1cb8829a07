"""The chat page in a real browser: sending, keys, reload, a broken line, no WebSocket, and leaving no trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.web import WebChannel, cookie
from intents.message import Reply
from tests.test_photos import phone_photo
from tests.web_browser import CHROMIUM, Tab, browser, served
from tests.web_ears import ListeningEars, app_of

pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium on this machine: the page is not tried in a browser"
)

CONNECTED = "document.getElementById('state') && document.getElementById('state').textContent === '' && document.getElementById('log').getAttribute('aria-busy') === 'false'"
NO_SOCKET = "window.WebSocket = function () { throw new Error('no WebSocket here'); };"
XSS = "<img src=x onerror=\"document.title='hit'\"><b>粗</b>"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture
def ears() -> ListeningEars:
    return ListeningEars()


@pytest.fixture
def site(ears: ListeningEars) -> Iterator[tuple[str, WebChannel]]:
    app, channel = app_of(ears, look_every=0.2)
    with served(app) as address:
        yield address, channel


@pytest.fixture
def tab(chromium: Tab, site: tuple[str, WebChannel]) -> Iterator[Tab]:
    """The page, opened at 360 px by somebody new, connected."""
    chromium.do("Network.clearBrowserCookies")
    chromium.complaints.clear()
    chromium.size(360, 740)
    chromium.go(site[0])
    chromium.until(CONNECTED)
    yield chromium
    chromium.do("Page.handleJavaScriptDialog", accept=True)
    chromium.go("about:blank")
    chromium.until("location.href === 'about:blank'")


def send(tab: Tab, text: str) -> None:
    tab.js("document.getElementById('text').focus()")
    tab.type(text)
    tab.key("Enter")


def said(tab: Tab) -> list[str]:
    return list(tab.js("Array.from(document.querySelectorAll('#log .line'), (one) => one.innerText)"))


def shows(text: str) -> str:
    return f"document.getElementById('log').innerText.includes({text!r})"


def tab_to(tab: Tab, label: str) -> None:
    """Go to the thing of that label with the Tab key alone."""
    for _ in range(15):
        tab.key("Tab")
        if label in tab.js("document.activeElement.innerText"):
            return
    raise AssertionError(f"not reached by Tab: {label}")


def no_sideways(tab: Tab) -> bool:
    return bool(
        tab.js(
            "document.documentElement.scrollWidth <= innerWidth && document.getElementById('scroll').scrollWidth <= document.getElementById('scroll').clientWidth"
        )
    )


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("big", [False, True])
def test_a_talk_fits_the_window(tab: Tab, width: int, big: bool) -> None:
    tab.size(width, 740)
    if big:
        tab.js("document.getElementById('big').click()")
        tab.until(shows("听到：长者模式"))
    send(tab, "老年优待证")
    tab.until(shows("怎么走"))
    assert no_sideways(tab)
    cut = "Array.from(document.querySelectorAll('button, a')).filter((one) => one.offsetParent && !one.classList.contains('skip') && (one.scrollWidth > one.clientWidth + 1 || (one.closest('p, dd') === null && one.offsetHeight < 44))).map((one) => one.innerText)"
    assert tab.js(cut) == []
    assert tab.js("document.querySelectorAll('#log .card dt').length") == 3
    assert tab.js("document.getElementById('text').getBoundingClientRect().bottom <= innerHeight")
    assert tab.complaints == []


def test_words_are_never_markup(tab: Tab) -> None:
    send(tab, XSS)
    tab.until(shows("听到："))
    assert XSS in tab.js("document.querySelector('#log .mine .said').textContent")
    assert tab.js("document.querySelectorAll('#log img, #log .said b').length") == 0
    assert tab.js("document.title") == "家门口 · 小滨"


def test_everything_by_keyboard(tab: Tab, ears: ListeningEars) -> None:
    send(tab, "菜单")
    tab.until(shows("约服务"))
    tab.js("document.getElementById('scroll').focus()")
    tab_to(tab, "约服务")
    tab.key("Enter")
    tab.until(shows("听到：=book"))
    assert ears.heard[-1].button == "=book"
    assert "约服务" in said(tab)[-2]
    tab_to(tab, "转人工")
    tab.key("Space")
    tab.until(shows("听到：转人工"))


def test_nothing_is_sent_empty(tab: Tab, ears: ListeningEars) -> None:
    send(tab, "  ")
    tab.js("document.getElementById('send').click()")
    send(tab, "有字")
    tab.until(shows("听到：有字"))
    assert [message.text for message in ears.heard] == ["有字"]


def test_reload_shows_the_talk_again_once(tab: Tab, ears: ListeningEars) -> None:
    send(tab, "第一句")
    tab.until(shows("听到：第一句"))
    before = said(tab)
    tab.reload()
    tab.until(CONNECTED)
    tab.until(shows("听到：第一句"))
    assert said(tab) == before
    assert len(ears.heard) == 1


def test_a_workers_words_arrive_by_themselves_and_look_different(
    tab: Tab, ears: ListeningEars, site: tuple[str, WebChannel]
) -> None:
    send(tab, "你好")
    tab.until(shows("听到：你好"))
    address = ears.heard[0].address
    ears.say(address, "李姐", Reply("我来帮您。"))
    site[1].ring(address)
    tab.until(shows("我来帮您"))
    assert tab.js("document.querySelector('#log .worker .who').textContent") == "工作人员 李姐"
    assert tab.js(
        "getComputedStyle(document.querySelector('.worker .bubble')).backgroundColor !== getComputedStyle(document.querySelector('.bot .bubble')).backgroundColor"
    )


def test_what_was_written_offline_is_sent_once_in_order(tab: Tab, ears: ListeningEars) -> None:
    send(tab, "在线")
    tab.until(shows("听到：在线"))
    tab.js(
        "Object.defineProperty(WebSocket.prototype, 'readyState', { configurable: true, get: () => 0 }); 1"
    )  # the line hangs
    send(tab, "一")
    send(tab, "二")
    assert tab.js("document.querySelectorAll('#pending .line').length") == 2
    assert len(ears.heard) == 1
    tab.reload()
    tab.until(shows("听到：二"))
    assert [message.text for message in ears.heard] == ["在线", "一", "二"]
    assert tab.js("document.querySelectorAll('#pending .line').length") == 0
    assert tab.js("sessionStorage.getItem('unsent')") == "[]"


def test_an_answer_that_was_lost_is_asked_for_and_not_doubled(tab: Tab, ears: ListeningEars) -> None:
    swallow = "const real = WebSocket.prototype.send; WebSocket.prototype.send = function (told) { real.call(this, told); this.close(); WebSocket.prototype.send = real; }; 1"
    tab.js(f"(() => {{ {swallow} }})()")
    send(tab, "就一次")
    tab.until(f"{shows('听到：就一次')} && document.querySelectorAll('#pending .line').length === 0")
    assert [message.text for message in ears.heard] == ["就一次"]
    assert len(said(tab)) == 2


def test_without_a_websocket_it_posts_and_asks(chromium: Tab, tab: Tab, ears: ListeningEars) -> None:
    script = chromium.do("Page.addScriptToEvaluateOnNewDocument", source=NO_SOCKET)["identifier"]
    try:
        tab.reload()
        tab.until("document.getElementById('state').textContent.includes('备用方式')")
        send(tab, "走备用")
        tab.until(shows("听到：走备用"))
        ears.say(ears.heard[0].address, "bot", Reply("提醒到了"))
        tab.until(shows("提醒到了"))
        assert len(said(tab)) == 3
    finally:
        chromium.do("Page.removeScriptToEvaluateOnNewDocument", identifier=script)


def test_a_long_answer_is_read_from_its_top_and_new_words_are_offered(
    tab: Tab, ears: ListeningEars, site: tuple[str, WebChannel]
) -> None:
    send(tab, "你好")
    tab.until(shows("听到：你好"))
    address = ears.heard[0].address
    for words in ("很长\n" * 60 + "完", "后来的话"):
        ears.say(address, "bot", Reply(words))
        site[1].ring(address)
        tab.until(shows(words[-3:].strip()))
    top = "document.querySelectorAll('#log .line')[2].getBoundingClientRect().top - document.getElementById('scroll').getBoundingClientRect().top"
    assert 0 <= tab.js(top) < 40
    assert tab.js("document.getElementById('newer').offsetHeight") >= 44
    tab.js("document.getElementById('newer').click()")
    tab.until("document.getElementById('newer').hidden")
    assert tab.js(
        "document.querySelector('#log .line:last-child').getBoundingClientRect().bottom <= innerHeight"
    )


def test_photo_with_preview(tab: Tab, ears: ListeningEars, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(phone_photo())
    tab.upload("#file", photo)
    tab.until(
        "!document.getElementById('preview').hidden && document.getElementById('thumb').naturalWidth > 0"
    )
    tab.js("document.getElementById('drop').click()")
    assert tab.js("document.getElementById('preview').hidden")
    tab.upload("#file", photo)
    tab.until("!document.getElementById('preview').hidden")
    send(tab, "楼道灯坏了")
    tab.until(
        "document.querySelector('#log .mine img') && document.querySelector('#log .mine img').naturalWidth === 32"
    )
    assert (ears.heard[0].text, ears.heard[0].photo is not None) == ("楼道灯坏了", True)
    assert tab.complaints == []


def test_a_file_that_is_no_photo_gets_a_sentence(tab: Tab, tmp_path: Path) -> None:
    wrong = tmp_path / "photo.jpg"
    wrong.write_bytes(b"PK\x03\x04 not a photo")
    tab.upload("#file", wrong)
    tab.until("!document.getElementById('preview').hidden")
    tab.js("document.getElementById('send').click()")
    tab.until(shows("请发 JPG"))
    assert tab.js("document.querySelectorAll('#pending .line').length") == 0


@pytest.mark.parametrize(("state", "words"), [("granted", "我的位置"), ("denied", "您没有允许取位置")])
def test_place(tab: Tab, ears: ListeningEars, site: tuple[str, WebChannel], state: str, words: str) -> None:
    tab.do("Browser.setPermission", permission={"name": "geolocation"}, setting=state, origin=site[0])
    tab.do("Emulation.setGeolocationOverride", latitude=29.87, longitude=121.55, accuracy=10)
    tab.js("document.getElementById('place').click()")
    tab.until(shows(words))
    if state == "granted":
        tab.until(shows("听到："))
        assert ears.heard[0].location is not None
        assert ears.heard[0].location.latitude == 29.87


def test_large_type_is_kept_and_told(tab: Tab, ears: ListeningEars) -> None:
    assert not tab.js("document.querySelector('.key.elder').offsetParent")
    tab.js("document.getElementById('big').click()")
    tab.until(shows("听到：长者模式"))
    tab.reload()
    tab.until(CONNECTED)
    assert tab.js("document.getElementById('big').getAttribute('aria-pressed')") == "true"
    assert tab.js("parseFloat(getComputedStyle(document.getElementById('text')).fontSize)") >= 24
    tab.js("document.querySelector('[data-button=\"=start:report\"]').click()")
    tab.until(shows("听到：=start:report"))
    tab.js("document.getElementById('big').click()")
    tab.until(shows("听到：普通模式"))
    assert [message.text for message in ears.heard] == ["长者模式", "", "普通模式"]


def test_quick_exit_leaves_no_trace(tab: Tab, ears: ListeningEars, site: tuple[str, WebChannel]) -> None:
    send(tab, "他打我")
    tab.until(shows("请先到安全的地方"))
    assert tab.js("document.querySelector('#log .said a').href") == "tel:110"
    assert tab.js("document.getElementById('leave').innerText") == "隐藏记录"
    tab.js("document.getElementById('leave').focus()")
    tab.key("Enter")
    tab.until("location.pathname === '/chat/away' && document.title === '常用电话'")
    assert tab.js("document.body.innerText.includes('小滨')") is False
    assert tab.js("sessionStorage.length + localStorage.length") == 0
    history = tab.do("Page.getNavigationHistory")["entries"]
    assert [entry["url"] for entry in history if entry["url"] == site[0] + "/"][1:] == []
    names = [one["name"] for one in tab.do("Network.getCookies")["cookies"]]
    assert cookie.NAME not in names
    tab.go(site[0])
    tab.until(CONNECTED)
    assert said(tab) == []


def test_what_could_not_be_forgotten_is_forgotten_at_the_next_visit(tab: Tab) -> None:
    send(tab, "他打我")
    tab.until(shows("请先到安全的地方"))
    tab.js("localStorage.setItem('forget', '1')")  # as it is left behind when the network is down
    tab.reload()
    tab.until(f"{CONNECTED} && localStorage.getItem('forget') === null")
    assert said(tab) == []


def test_another_page_of_the_same_browser_is_emptied_too(tab: Tab) -> None:
    send(tab, "他打我")
    tab.until(shows("请先到安全的地方"))
    tab.js("fetch('/chat/forget', { method: 'POST' })")
    tab.until("document.body.innerText.includes('记录已清空')")
    assert "他打我" not in tab.js("document.documentElement.innerText")
