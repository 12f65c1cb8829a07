"""The catalogue at the desk: a service by a form or a sheet, closed days, holidays; and a move by a stranger's button."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from openpyxl import Workbook
from sqlalchemy import text

from bot.office import Office
from intents.library import Library
from intents.message import Message
from knowledge.service_rows import read_row
from knowledge.services import BadService
from storage.archive import Archive
from tests.databases import START, open_archive
from tests.desk_fixture import Centre, opened

ROW = {
    "编号": "knitting", "名称": "毛线班", "类别": "文", "价格": "免费", "叫法": "打毛衣、织毛衣", "地点": "wb01",
    "开放时间": "周一至周五 09:00-11:00 14:00-16:00；周六 09:00-10:00", "时长": "60", "名额": "1", "要问": "称呼、电话",
    "每人次数": "每周2", "截止": "前1天 17:00",
}  # fmt: skip
FIELDS = {
    "id": "knitting", "name": "毛线班", "group": "文", "price": "免费", "words": "打毛衣、织毛衣", "places": "wb01",
    "plan": ROW["开放时间"], "minutes": "60", "capacity": "1", "asks": "称呼、电话",
}  # fmt: skip


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


def words(archive: Archive, who: str) -> list[str]:
    with archive.reading() as records:
        talk = records.conversations.id_at("web", who)
        assert talk is not None
        return [str(line.body["text"]) for line in records.outbox.lines(talk)]


def sheet(*rows: dict[str, str]) -> bytes:
    book, out = Workbook(), BytesIO()
    page = book.worksheets[0]
    page.append(list(ROW))
    for row in rows:
        page.append([row.get(head, "") for head in ROW])
    book.save(out)
    return out.getvalue()


def test_a_row_in_plain_words() -> None:
    body = read_row(ROW)
    assert body["plan"][0] == {"days": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "11:00"}
    assert len(body["plan"]) == 3
    assert body["limit"] == {"count": 2, "period": "week"}
    assert body["cutoff"] == "1 17:00"


@pytest.mark.parametrize(
    ("header", "told", "why"),
    [("编号", "毛线", "小写英文字母"), ("类别", "玩", "只能是"), ("开放时间", "随时", "开放时间"), ("时长", "七", "时长"),
     ("时长", "7", "5分钟的倍数"), ("名称", "", "缺“名称”"), ("要问", "身份证", "要问"), ("开放时间", "周一 11:00-09:00", "早于"),
     ("截止", "昨天", "截止"), ("名额", "0", "名额")],
)  # fmt: skip
def test_every_error_names_its_column(header: str, told: str, why: str) -> None:
    with pytest.raises(BadService, match=why):
        read_row(ROW | {header: told})


async def test_a_service_added_by_the_form_is_booked_at_once_in_every_process(
    centre: Centre, library: Library
) -> None:
    other = Office(
        open_archive(str(centre.archive.url.render_as_string(False))), Library(eager=True), now=lambda: START
    )
    await other.hear(Message("web", "乙", "1", "我要织毛衣", START))
    boss = centre.signed_in("liu")
    answer = await boss.post("/desk/services/add", **FIELDS)
    assert answer.status_code in (302, 303), answer.text
    await other.hear(Message("web", "丙", "2", "明天上午九点约毛线班，我叫张三，电话13800001111", START))
    other.close()
    assert "请核对：毛线班" in words(centre.archive, "丙")[-1]


async def test_a_sheet_is_all_taken_or_refused_by_row(centre: Centre) -> None:
    boss = centre.signed_in("liu")
    bad = sheet(ROW, ROW | {"编号": "b", "时长": "x"}, ROW | {"编号": "chess", "类别": "玩"})
    answer = await boss.http.post(
        "/desk/services/load", data={"csrf": boss.csrf}, files={"file": ("s.xlsx", bad)}
    )
    assert "第3行" in answer.text
    assert "第4行" in answer.text
    with centre.archive.reading() as records:
        assert "knitting" not in {told["id"] for told in records.places.services()}
    good = sheet(ROW, ROW | {"编号": "chess", "名称": "象棋班", "叫法": "下象棋"})
    answer = await boss.http.post(
        "/desk/services/load", data={"csrf": boss.csrf}, files={"file": ("s.xlsx", good)}
    )
    assert answer.status_code in (302, 303), answer.text
    with centre.archive.reading() as records:
        assert {"knitting", "chess"} <= {told["id"] for told in records.places.services()}


async def test_rg07_closing_a_day_at_the_desk(centre: Centre) -> None:
    await centre.hear("甲", "明天上午九点约上门理发，我叫张三，电话13800001111，一号院1单元", "是")
    boss = centre.signed_in("liu")
    await boss.post(
        "/desk/services/close", what="place:wb01", first="2026-11-24", last="2026-11-24", reason="停电检修"
    )
    assert "停电检修" in words(centre.archive, "甲")[-1]
    assert "停电检修" in await boss.text("/desk/services")
    await centre.hear("乙", "明天上午九点约上门理发")
    assert "不开放：停电检修" in words(centre.archive, "乙")[-1]


async def test_holidays_are_kept_or_refused(centre: Centre) -> None:
    boss = centre.signed_in("liu")
    assert "还没有公布" in await boss.text("/desk/services")
    assert (
        await boss.post("/desk/services/holidays", holidays="2026: {节: {rest: [昨天]}}")
    ).status_code == 409
    await boss.post("/desk/services/holidays", holidays="2026:\n  测试节: {rest: [2026-11-24]}")
    await centre.hear("甲", "明天上午九点约上门理发")
    assert "测试节" in words(centre.archive, "甲")[-1]


async def test_only_admins_change_services(centre: Centre) -> None:
    assert (await centre.signed_in("li").post("/desk/services/add", **FIELDS)).status_code == 403


async def test_rg05_a_cancel_that_fails_says_so(centre: Centre) -> None:
    await centre.hear(
        "甲", "明天上午九点约上门理发，我叫张三，电话13800001111，一号院1单元", "是", "取消预约"
    )
    with centre.archive.engine.begin() as connection:
        if centre.archive.is_sqlite:
            connection.execute(
                text("CREATE TRIGGER busy BEFORE UPDATE ON bookings BEGIN SELECT RAISE(ABORT, 'busy'); END")
            )
        else:
            connection.execute(text("CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS "
                                    "$$BEGIN RAISE EXCEPTION 'busy'; END$$"))  # fmt: skip
            connection.execute(
                text("CREATE TRIGGER busy BEFORE UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION busy()")
            )
    await centre.hear("甲", "是")
    assert "预约没有取消成，还在" in words(centre.archive, "甲")[-1]
    assert not any("已经取消" in line for line in words(centre.archive, "甲"))
    with centre.archive.reading() as records:
        assert records.bookings.by_code("Y261123001").state == "booked"  # type: ignore[union-attr]


async def test_rg06_a_strangers_button_tells_and_does_nothing(centre: Centre) -> None:
    await centre.hear("甲", "明天上午九点约上门理发，我叫张三，电话13800001111，一号院1单元", "是")
    await centre.hear("乙", "你好")
    for n, button in enumerate(("=move:Y261123001", "=cancel:Y261123001", "=move:Y261123001:2026-11-25.0900", "=take:1",
                                "=rate:Y261123001:5")):  # fmt: skip
        await centre.office.hear(Message("web", "乙", f"b{n}", "", START, button=button))
    told = "\n".join(words(centre.archive, "乙"))
    for secret in ("张三", "1380000", "一号院", "9:00"):
        assert secret not in told
    with centre.archive.reading() as records:
        booking = records.bookings.by_code("Y261123001")
    assert booking is not None
    assert booking.state == "booked"
    assert booking.starts_at.hour == 1
