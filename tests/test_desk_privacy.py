"""What is said to mediators is for mediators (RG41), and no words of residents become markup."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.desk.privacy import HIDDEN, shown
from intents.library import Library
from storage.archive import Archive
from tests.desk_fixture import SECRETS, Centre, mediation, opened, pages_of

XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><svg onload=alert(1)>",
    "{{7*7}}",
)


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


async def test_mediation_words_are_for_mediators(centre: Centre) -> None:
    number = await mediation(centre)
    await centre.hear("吴大爷", "转人工")
    talk = centre.cases("handoff")[0].number
    zhao = centre.signed_in("zhao")
    await zhao.post(f"/desk/cases/{number}/move", move="accept", note="无利害关系")
    await zhao.post(f"/desk/cases/{number}/note", note="老孙说不赔")
    await zhao.post(f"/desk/cases/{number}/note", note="周三下午三点带孙铁柱来")
    plain, mediator = await pages_of(centre, "li", number, talk), await pages_of(centre, "zhao", number, talk)
    for words in (*SECRETS, "老孙说不赔", "周三下午三点", "13812345678", "吴建国"):
        assert words not in plain, words
    for words in (*SECRETS, "老孙说不赔", "周三下午三点"):
        assert words in mediator, words
    assert number in plain
    assert HIDDEN in plain


async def test_every_question_of_a_mediation_is_known(centre: Centre) -> None:
    await mediation(centre)
    with centre.archive.reading() as records:
        talk = records.conversations.id_at("web", "吴大爷")
        assert talk
        lines = shown(records.conversations.lines(talk), "worker")
    assert len(lines) > 15
    assert [line.who for line in lines if not line.hidden] == []


async def test_mediation_left_half_way_is_as_private(centre: Centre) -> None:
    await centre.hear(
        "吴大爷", "我要申请调解", f"{SECRETS[0]}天天{SECRETS[1]}，吵得睡不着", "1", SECRETS[3], "转人工"
    )
    talk = centre.cases("handoff")[0].number
    plain = await pages_of(centre, "li", talk)
    for words in (SECRETS[0], SECRETS[1], SECRETS[3]):
        assert words not in plain, words
    assert SECRETS[3] in await pages_of(centre, "zhao", talk)


async def test_mediation_opened_by_its_own_story_is_as_private(centre: Centre) -> None:
    await centre.hear("吴大爷", f"邻居{SECRETS[0]}{SECRETS[1]}吵架，想申请调解", "1", "转人工")
    talk = centre.cases("handoff")[0].number
    plain = await pages_of(centre, "li", talk)
    assert SECRETS[0] not in plain
    assert SECRETS[0] in await pages_of(centre, "zhao", talk)


async def test_an_emergency_in_a_mediation_is_read_by_whoever_is_there(centre: Centre) -> None:
    await centre.hear(
        "吴大爷", "我要申请调解", f"{SECRETS[0]}天天{SECRETS[1]}，吵得睡不着", "他拿刀要砍人，快来人"
    )
    text = await pages_of(centre, "li", centre.cases("alert")[0].number)
    assert "他拿刀要砍人" in text
    assert SECRETS[0] not in text


async def test_what_is_said_after_a_mediation_is_not_hidden(centre: Centre) -> None:
    await mediation(centre)
    await centre.hear("吴大爷", "低保需要带什么材料", "转人工", "在吗")
    plain = await pages_of(centre, "li", centre.cases("handoff")[0].number)
    assert "低保需要带什么材料" in plain
    assert "在吗" in plain


@pytest.mark.parametrize("deed", ["show", "move", "assign", "note"])
async def test_a_plain_worker_gets_no_hold_of_a_mediation(centre: Centre, deed: str) -> None:
    number = await mediation(centre)
    li = centre.signed_in("li")
    before = centre.said("吴大爷")
    answer = await li.post(f"/desk/cases/{number}/{deed}", move="accept", to=str(centre.worker("li").id), note="x",
                           public="1")  # fmt: skip
    assert answer.status_code == 409
    assert centre.cases("mediation")[0].holder_id is None
    assert centre.said("吴大爷") == before


async def test_mediation_is_given_to_mediators_only(centre: Centre) -> None:
    number = await mediation(centre)
    zhao, li = centre.signed_in("zhao"), centre.worker("li")
    assert (await zhao.post(f"/desk/cases/{number}/assign", to=str(li.id))).status_code == 409
    assert (
        await zhao.post(f"/desk/cases/{number}/assign", to=str(centre.worker("liu").id))
    ).status_code == 303


# words of residents never become markup


@pytest.mark.parametrize("words", XSS)
async def test_residents_words_and_names_come_out_escaped(centre: Centre, words: str) -> None:
    await centre.hear("坏人", words, "转人工", words)
    talk = centre.cases("handoff")[0].number
    body = {"words": words, "name": words, "phone": words, "place": words, "item": words}
    case = centre.put_case("errand", title=words, body=body, who="坏人").number
    with centre.archive.open() as records:
        person = records.cases.by_number(talk)
        assert person
        assert person.person_id
        records.people.tell(person.person_id, name=words, phone=words)
    liu = centre.signed_in("liu")
    await liu.post(f"/desk/cases/{case}/note", note=words)
    texts = [await pages_of(centre, "liu", talk, case), (await liu.post(f"/desk/cases/{case}/show")).text,
             (await liu.post(f"/desk/talk/{talk}/show")).text]  # fmt: skip
    for text in texts:
        for bad in ("<script>alert", "<img src=x", "<svg onload", "</textarea><svg"):
            assert bad not in text
    escaped = words.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert escaped in texts[1]
