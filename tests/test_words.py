"""Entities found in a sentence: for whom, how many, who, numbers, where, what is broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.wishes import words


@pytest.mark.parametrize(
    ("text", "kin"),
    [
        ("给我妈约个理发", "妈妈"), ("俺婆要剪头", "奶奶"), ("给额婆订份饭", "奶奶"), ("我老伴走不动", "老伴"),
        ("想给瘫痪的老爸约一次", "爸爸"), ("俺大腿疼，给俺大约个大夫", "爸爸"), ("替我爷办个认证", "爷爷"), ("碎娃咳嗽", "孩子"),
        ("给我媳妇报一个", "媳妇"), ("给我儿媳约体检", "儿媳"), ("孙女想学画", "孙女"), ("给姥姥约按摩", "外婆"),
        ("给楼上陈奶奶订饭", "陈奶奶"), ("帮隔壁王大爷约个保洁", "王大爷"), ("帮邻居问一下", "邻居"), ("给我公公约助浴", "公公"),
        ("给爸妈约体检", "爸妈"), ("我想约个保洁", None), ("大概三点", None), ("婆媳", None),
    ],
)  # fmt: skip
def test_relation(text: str, kin: str | None) -> None:
    assert words.relation(text) == kin


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("订两份饭", 2), ("就我一个人吃", 1), ("三十来口人开会", 30), ("15人的会议室", 15), ("给我留三碗", 3), ("十二个人", 12),
        ("人数改成二十五", 25), ("我和我爱人一起", 2), ("老两口吃", 2), ("两大一小报名", 3), ("二十几个人排练", 20), ("一百二十人", 120),
        ("3号楼", None), ("明天三点", None), ("叫人来铰一下", None), ("人工服务", None),
    ],
)  # fmt: skip
def test_count(text: str, many: int | None) -> None:
    assert words.count(text) == many


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我是孟卫东", "孟卫东"), ("我是五号院的孟卫东，明天去", "孟卫东"), ("我姓周", "周"), ("姓高，心内科", "高"), ("孩子叫王梓涵", "王梓涵"),
        ("我叫欧阳娜娜，想报名", "欧阳娜娜"), ("姓名：李秀英", "李秀英"), ("我是刘建国电话13812345678", "刘建国"), ("俺叫赵铁柱", "赵铁柱"),
        ("我是党员", None), ("我是高中生", None), ("叫人来修", None), ("跟姓郑的吵架", None), ("我是农民工", None), ("我是房东", None),
    ],
)  # fmt: skip
def test_person_name(text: str, name: str | None) -> None:
    assert words.person_name(text) == name


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("打我电话13812345678", "13812345678"), ("138 1234 5678", "13812345678"), ("+86 139-0000-1111", "13900001111"),
        ("１３８１２３４５６７８", "13812345678"), ("12345", None), ("610402199001011234", None), ("12812345678", None),
    ],
)  # fmt: skip
def test_mobile(text: str, number: str | None) -> None:
    assert words.mobile(text) == number


def test_id_numbers_need_a_date_and_the_right_check_character() -> None:
    assert words.is_id_number("11010519491231002X")
    assert words.is_id_number("440524188001010014")
    assert not words.is_id_number("11010519491231002Y")
    assert not words.is_id_number("110105194912310021")
    assert not words.is_id_number("110105194913310025")


def test_id_numbers_are_found_and_masked() -> None:
    text = "身份证11010519491231002x，电话13812345678"
    assert words.id_numbers(text) == ["11010519491231002X"]
    assert words.mask_ids(text) == "身份证110***********002x，电话13812345678"
    assert words.mask_ids("单号110105194912310021") == "单号110105194912310021"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("我家在珠泉路4号院六单元", "珠泉路4号院六单元"), ("在7号楼门口", "7号楼门口"), ("凤凰花园健身广场的灯坏了", "凤凰花园健身广场"),
        ("地址彩虹小区3号楼2单元501室", "彩虹小区3号楼2单元501室"), ("人民路十字东边有个坑", "人民路十字东边"), ("三号楼二单元", "三号楼二单元"),
        ("幸福家属院后门", "幸福家属院后门"), ("小花园的凳子断了", "小花园"), ("送到八号楼301", "八号楼301"), ("文林路菜场旁边", "文林路菜场旁边"),
        ("就在你们社区旁边", "社区旁边"), ("在我们小区门口", "小区门口"),
        ("约云医院", None), ("明天二十九号下午", None), ("跳广场舞", None), ("树枝挡路", None), ("我要约理发", None),
    ],
)  # fmt: skip
def test_place(text: str, where: str | None) -> None:
    assert words.place(text) == where


@pytest.mark.parametrize(
    ("text", "category", "danger"),
    [
        ("路灯不亮", "street_lamp", False), ("楼道灯坏了", "light", False), ("电梯停在三楼", "elevator", False), ("电梯要掉下去了", "elevator", True),
        ("井盖没了", "road", True), ("路上有个大坑", "road", False), ("垃圾没人收", "rubbish", False), ("满地碎玻璃", "rubbish", True),
        ("单元门禁坏了", "door", False), ("健身器材断了", "facility", False), ("扶手松动", "facility", True), ("大树要倒了", "tree", True),
        ("楼道漏水", "water_leak", False), ("消防通道被堵", "fire_lane", True), ("僵尸车占车位", "parking", False), ("广场舞音响吵", "noise", False),
        ("电线垂下来了", "wires", True), ("下水道堵了", "sewer", False), ("要反映个事", "other", False),
    ],
)  # fmt: skip
def test_problem(text: str, category: str, danger: bool) -> None:
    assert words.problem(text) == words.Problem(category, danger)


def test_no_problem_is_told() -> None:
    assert words.problem("明天约理发") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二十五", 25),
        ("十", 10),
        ("两", 2),
        ("一百二十", 120),
        ("12", 12),
        ("廿三", 23),
        ("", None),
        ("多", None),
    ],
)
def test_number(text: str, value: int | None) -> None:
    assert words.number(text) == value


@given(st.text(max_size=120))
def test_no_input_raises(text: str) -> None:
    for reader in (
        words.relation,
        words.count,
        words.person_name,
        words.mobile,
        words.place,
        words.problem,
        words.mask_ids,
    ):
        reader(text)
