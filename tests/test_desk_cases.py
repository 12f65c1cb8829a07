"""Cases on the desk: the list, the page, the moves, and what a worker may not reach."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from intents.library import Library
from storage.archive import Archive
from tests.desk_fixture import Centre, opened


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "green").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "path", ["/desk/cases/{0}", "/desk/talk/{0}", "/desk/talk/{0}/live", "/desk/cases/{0}/pictures/x"]
)
async def test_foreign_and_unknown_cases_are_answered_alike(centre: Centre, path: str) -> None:
    kind = "handoff" if "talk" in path else "report"
    foreign = centre.put_case(kind, area_id="rm01").number
    unknown = foreign[:-3] + "999"
    li = centre.signed_in("li")
    one, other = await li.get(path.format(foreign)), await li.get(path.format(unknown))
    assert one.status_code == other.status_code == 404
    assert one.text.replace(foreign, "") == other.text.replace(unknown, "")


@pytest.mark.parametrize("deed", ["show", "move", "assign", "note"])
async def test_nothing_is_done_to_a_foreign_case(centre: Centre, deed: str) -> None:
    case = centre.put_case("report", area_id="rm01")
    li = centre.signed_in("li")
    answer = await li.post(f"/desk/cases/{case.number}/{deed}", move="accept", to="1", note="x")
    assert answer.status_code == 404
    assert centre.cases("report") == [case]


async def test_a_case_goes_its_way(centre: Centre) -> None:
    number = centre.put_case("report").number
    li = centre.signed_in("li")
    text = await li.text(f"/desk/cases/{number}")
    assert "接单" in text
    assert "整改完成" not in text
    await li.post(f"/desk/cases/{number}/move", move="accept")
    assert (await li.post(f"/desk/cases/{number}/move", move="close")).status_code == 409
    assert (
        await li.post(f"/desk/cases/{number}/move", move="elsewhere")
    ).status_code == 409  # needs a reason
    assert (
        await li.post(f"/desk/cases/{number}/move", move="fix")
    ).status_code == 409  # needs a photo or a reason
    bad = await li.send(f"/desk/cases/{number}/move", b"not a photo", move="fix")
    assert bad.status_code == 409
    done = await li.send(f"/desk/cases/{number}/move", photo(), move="fix")
    assert done.status_code == 303
    case = centre.cases("report")[0]
    assert case.state == "fixed"
    with centre.archive.reading() as records:
        [(name, kind)] = records.cases.pictures(case.id)
    assert kind == "after"
    picture = await li.get(f"/desk/cases/{number}/pictures/{name}")
    assert picture.content.startswith(b"\xff\xd8\xff")
    other = centre.put_case("report", who="b").number
    assert (await li.get(f"/desk/cases/{other}/pictures/{name}")).status_code == 404


async def test_a_refused_move_keeps_no_photo(centre: Centre) -> None:
    number = centre.put_case("report").number
    li = centre.signed_in("li")
    refused = await li.send(f"/desk/cases/{number}/move", photo(), move="fix")
    assert refused.status_code == 409
    with centre.archive.reading() as records:
        assert records.connection.exec_driver_sql("SELECT count(*) FROM attachments").scalar() == 0


async def test_public_note_is_told_and_private_is_not(centre: Centre) -> None:
    number = centre.put_case("report").number
    li = centre.signed_in("li")
    await li.post(f"/desk/cases/{number}/note", note="先问物业")
    await li.post(f"/desk/cases/{number}/note", note="明天来修", public="1")
    assert centre.said("ren") == [f"{number}：明天来修"]


async def test_assign_to_somebody_of_the_area(centre: Centre) -> None:
    number = centre.put_case("report").number
    li, wang = centre.signed_in("li"), centre.worker("wang")
    assert (await li.post(f"/desk/cases/{number}/assign", to=str(wang.id))).status_code == 303
    assert centre.cases("report")[0].holder_id == wang.id
    centre_of_other = centre.put_case("report", area_id="wb01").number
    with centre.archive.open() as records:
        away = records.staff.add(login="away", name="别处", role="worker", area_id="rm01", now=centre.now)
    assert (await li.post(f"/desk/cases/{centre_of_other}/assign", to=str(away))).status_code == 409


async def test_phone_of_a_case_is_masked_until_asked_for(centre: Centre) -> None:
    number = centre.put_case(
        "errand", body={"name": "王秀英", "phone": "13911112222", "item": "残疾证"}
    ).number
    li = centre.signed_in("li")
    text = await li.text(f"/desk/cases/{number}")
    assert "139****2222" in text
    assert "13911112222" not in text
    assert "王秀英" not in text
    assert "残疾证" in text
    assert "13911112222" in (await li.post(f"/desk/cases/{number}/show")).text
    assert centre.audit("reveal") == [("li", number)]


async def test_list_filters(centre: Centre) -> None:
    report, errand = centre.put_case("report").number, centre.put_case("errand").number
    li = centre.signed_in("li")
    await li.post(f"/desk/cases/{errand}/move", move="refuse", note="要本人来")
    await li.text("/desk/")  # where the sentence about it is shown
    text = await li.text("/desk/cases")
    assert report in text
    assert errand not in text
    assert errand in await li.text("/desk/cases?state=closed")
    assert report not in await li.text("/desk/cases?state=all&kind=errand")
    assert report not in await li.text("/desk/cases?mine=1")
    await li.post(f"/desk/cases/{report}/move", move="accept")
    assert report in await li.text("/desk/cases?mine=1&kind=report&state=accepted")
    assert (await li.get(f"/desk/cases?number={report.lower()}")).headers[
        "location"
    ] == f"/desk/cases/{report}"
