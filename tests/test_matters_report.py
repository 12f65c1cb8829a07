"""Problem reports on every surface: photos that may show a card, anonymous reports, ends with a reason."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from bot import turn
from bot.cards import looks_private
from bot.photos import clean_photo
from intents.library import Library
from intents.message import Message, Photo, from_json
from intents.refused import Refused
from intents.staff import deeds
from storage.archive import Archive
from storage.tables import attachments, outbox
from tests.databases import START
from tests.desk_fixture import Centre, opened


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 20.0, 1.0), 3: "E", 4: (108.0, 42.0, 1.0)})
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def card(width: int = 856, height: int = 540) -> Image.Image:
    """Something of an identity card's look: pale, writing on the left, a portrait on the right."""
    made = Image.new("RGB", (width, height), (222, 232, 238))
    pen = ImageDraw.Draw(made)
    for row in range(5):
        pen.rectangle(
            (width * 0.06, height * (0.12 + row * 0.15), width * 0.5, height * (0.17 + row * 0.15)),
            fill=(40, 40, 60),
        )
    pen.rectangle((width * 0.66, height * 0.15, width * 0.92, height * 0.68), fill=(170, 150, 140))
    return made


def on_table() -> Image.Image:
    made = Image.new("RGB", (1600, 1200), (110, 70, 40))
    made.paste(card(), (350, 320))
    return made


def street() -> Image.Image:
    """A grey road with a dark hole."""
    made = Image.new("RGB", (1600, 1200), (120, 120, 118))
    ImageDraw.Draw(made).ellipse((600, 500, 1000, 800), fill=(40, 38, 36))
    return made


def wall() -> Image.Image:
    """A white wall with a stain, as wide as cameras make pictures."""
    made = Image.new("RGB", (1500, 1000), (235, 235, 230))
    ImageDraw.Draw(made).rectangle((200, 200, 500, 900), fill=(150, 140, 120))
    return made


@pytest.mark.parametrize(
    ("image", "private"), [(card(), True), (on_table(), True), (street(), False), (wall(), False)]
)
def test_a_photo_of_a_card_is_known_by_its_look(image: Image.Image, private: bool) -> None:
    assert looks_private(clean_photo(jpeg(image))) is private


def test_words_about_papers_count_too() -> None:
    assert looks_private(clean_photo(jpeg(street())), "这是我妈的身份证")


def send(
    centre: Centre, text: str, image: Image.Image | None = None, who: str = "ren", channel: str = "web"
) -> None:
    centre.events += 1
    photo = Photo(clean_photo(jpeg(image))) if image else None
    with centre.archive.open() as records:
        turn.hear(
            records,
            centre.library,
            Message(channel, who, f"{who}-{centre.events}", text, centre.now, photo=photo),
            centre.now,
        )


def report(centre: Centre, image: Image.Image, *, named: bool = False) -> str:
    """A report with a photo, told by somebody who also tells name and phone."""
    send(centre, "我叫王建国，电话13912345678，珠泉路4号院六单元301楼道灯坏了")
    send(centre, "", image)
    send(centre, "1")
    send(centre, "1" if named else "2")
    send(centre, "提交")
    return centre.cases("report")[0].number


async def test_rg38_exif_is_gone_and_a_card_is_hidden_until_the_holder_clears_it(centre: Centre) -> None:
    number = report(centre, on_table())
    with centre.archive.open() as records:
        case = records.cases.by_number(number)
        assert case
        (picture, _), *_ = records.cases.pictures(case.id)
        kept = records.cases.picture(picture)
        assert kept
        assert not Image.open(io.BytesIO(kept[0].data)).getexif()
        assert records.run(select(attachments.c.seen_by)).scalar() == "holder"
    li, wang = centre.signed_in("li"), centre.signed_in("wang")
    where = f"/desk/cases/{number}/pictures/{picture}"
    assert (await li.get(where)).status_code == 404  # nobody holds it yet
    await li.post(f"/desk/cases/{number}/move", move="accept")
    assert (await li.get(where)).status_code == 200
    assert (await wang.get(where)).status_code == 404
    assert "可能拍到证件" in await wang.text(f"/desk/cases/{number}")
    assert (await wang.post(f"{where}/clear")).status_code == 409
    send(centre, "珠泉路4号院六单元楼道灯坏了", who="lin")  # a neighbour is not shown it either
    send(centre, "没有", who="lin")
    send(centre, "1", who="lin")
    assert all(picture not in str(line) for line in _pictures(centre, "lin"))
    await li.post(f"{where}/clear")
    assert (await wang.get(where)).status_code == 200
    with centre.archive.reading() as records:
        assert {"look_picture", "clear_picture"} <= {row.action for row in records.audit.last(50)}


def _pictures(centre: Centre, who: str) -> list[str]:
    with centre.archive.reading() as records:
        rows = records.run(select(outbox).where(outbox.c.address == who)).all()
        return [from_json(records.outbox.body(row)).picture for row in rows]


async def test_rg32_the_neighbours_photo_is_shown_before_one_joins(centre: Centre) -> None:
    report(centre, street())
    send(centre, "珠泉路4号院六单元楼道灯坏了", who="lin")
    send(centre, "没有", who="lin")
    send(centre, "1", who="lin")
    assert _pictures(centre, "lin")[-1]
    send(centre, "1", who="lin")
    (case,) = centre.cases("report")
    with centre.archive.reading() as records:
        assert len(records.cases.subscribers(case)) == 2


async def test_rg39_nothing_of_an_anonymous_reporter_is_shown_and_the_reply_arrives(centre: Centre) -> None:
    secrets = ("王建国", "13912345678", "301", "5678")
    with centre.archive.open() as records:
        li = records.staff.by_login("li")
        assert li
        records.staff.change(li.id, channel="console", address="li")
        talk = records.conversations.open("web", "ren", centre.now)
        records.people.tell(talk.person.id, name="王建国", phone="13912345678", address="珠泉路4号院")
    number = report(centre, street())
    send(centre, f"接 {number}", who="li", channel="console")
    send(centre, number, who="li", channel="console")
    browser = centre.signed_in("li")
    seen = [
        await browser.text("/desk/"),
        await browser.text("/desk/cases"),
        await browser.text(f"/desk/cases/{number}"),
        (await browser.post(f"/desk/cases/{number}/show")).text,
    ]
    with centre.archive.reading() as records:
        rows = records.run(select(outbox).where(outbox.c.address == "li")).all()
        seen += [from_json(records.outbox.body(row)).plain() for row in rows]
    for secret in secrets:
        assert not [page for page in seen if secret in page], secret
    assert "不留名" in seen[2]
    await browser.post(f"/desk/cases/{number}/note", note="明天换灯，请放心", public="1")
    assert any("明天换灯" in line for line in centre.said("ren"))


def test_rg36_without_a_photo_only_a_named_reason_ends_a_report(centre: Centre) -> None:
    number = report(centre, street())
    with centre.archive.open() as records:
        li, lore = records.staff.by_login("li"), centre.library.lore(records)
        case = records.cases.by_number(number)
        assert li
        assert case
        case = deeds.move(records, lore, li, case, "accept", START)
        for note in ("", "修好了", "已经处理"):
            with pytest.raises(Refused, match="照片"):
                deeds.move(records, lore, li, case, "fix", START, note=note)
        with pytest.raises(Refused, match="写明"):
            deeds.move(records, lore, li, case, "fix", START, note="无法整改")
        done = deeds.move(records, lore, li, case, "fix", START, note="无法整改：产权在开发商")
        assert done.state == "unfixable"
        assert done.closed_at
