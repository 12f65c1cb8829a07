"""Times in plain words, seen from Monday 23 November 2026, ten in the morning, unless said otherwise."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.calendar import Calendar
from knowledge.when import BadRule, When, find, next_after, read, say, say_rule, to_json
from knowledge.when.model import ZONE

AT = datetime(2026, 11, 23, 10, tzinfo=ZONE)
CALENDAR = Calendar.default()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def shown(when: When) -> str:
    """A reading in short: the kind's letter is told by its form."""
    if when.kind in ("none", "question"):
        return {"none": "-", "question": "?"}[when.kind]
    if when.kind == "alternatives":
        return " | ".join(shown(option) for option in when.options)
    start, end = _moment(when.start), _moment(when.end)
    if when.kind == "recurrence":
        return " ".join(filter(None, [f"{when.rule} @", start, when.part]))
    if when.kind == "part":
        return f"{start[:-6]} {when.part}"
    if when.kind == "day":
        return start[:-6]
    if when.kind == "deadline":
        return f"until {end}"
    return start if when.kind == "point" else f"{start} ~ {end}".strip()


def _moment(moment: datetime | None) -> str:
    return (
        ""
        if moment is None
        else f"{moment:%m-%d %H:%M}"
        if moment.year == 2026
        else f"{moment:%Y-%m-%d %H:%M}"
    )


EXPRESSIONS = """
今天 = 11-23
明天 = 11-24
明儿 = 11-24
后天 = 11-25
后儿个 = 11-25
大后天 = 11-26
外后天 = 11-26
昨天 = 11-22
大前天 = 11-20
明天上午 = 11-24 morning
后儿前晌 = 11-25 morning
外后天晌午 = 11-26 noon
明儿个后晌三点半 = 11-24 15:30
今儿后晌五点记得喊我接孙子 = 11-23 17:00
今晚 = 11-23 evening
明早八点 = 11-24 08:00
明晨六点 = 11-24 06:00
今黑八点 = 11-23 20:00
擦黑六点 = 11-23 18:00
麻麻亮 = 11-24 night
后晌 = 11-23 afternoon
三十号早九点 = 11-30 09:00
三点 = 11-23 15:00
6点 = 11-23 18:00
7点 = 11-24 07:00
五点半 = 11-23 17:30
早上五点半 = 11-24 05:30
八点一刻 = 11-24 08:15
九点三刻 = 11-24 09:45
差五分九点 = 11-24 08:55
十点差一刻 = 11-24 09:45
下午两点二十 = 11-23 14:20
八点五十 = 11-24 08:50
十点零五分 = 11-23 10:05
14:30 = 11-23 14:30
3:15 = 11-23 15:15
03:15 = 11-24 03:15
9：30 = 11-24 09:30
大概三点来钟 = 11-23 15:00
晚上8点左右 = 11-23 20:00
晚上12点 = 11-24 00:00
今晚十二点 = 11-24 00:00
夜里两点 = 11-24 02:00
凌晨3点 = 11-24 03:00
中午一点 = 11-23 13:00
一点 = 11-23 13:00
明天一点 = 11-24 13:00
明天下午一点半 = 11-24 13:30
零点 = 11-24 00:00
24点 = 11-24 00:00
25点 = ?
下午0点 = ?
上午15点 = ?
今天8点 = ?
27号 = 11-27
二十七号下午三点 = 11-27 15:00
廿七号 = 11-27
30号 = 11-30
31号 = 12-31
12号 = 12-12
这个月31号 = ?
2月30号 = ?
11月31号 = ?
3月32号 = ?
13月5号 = ?
2月29号 = 2028-02-29
2027年2月29号 = ?
下个月十号 = 12-10
下月15号下午6点 = 12-15 18:00
本月28日上午9时30分 = 11-28 09:30
十二月三号早上八点半 = 12-03 08:30
十一月二十九下午两点到五点 = 11-29 14:00 ~ 11-29 17:00
1月5号 = 2027-01-05
11月20号 = 2027-11-20
二零二六年十二月一日 = 12-01
26年12月1日 = 12-01
2026-12-05 14:30 = 12-05 14:30
2026/12/5 = 12-05
2026.12.1 = 12-01
20261205 = 12-05
12/5下午 = 12-05 afternoon
１２月５日１４：３０ = 12-05 14:30
周三 = 11-25
礼拜六 = 11-28
星期天上午十点 = 11-29 10:00
周一 = 11-23
周一九点 = 11-30 09:00
周一下午三点 = 11-23 15:00
这周三 = 11-25
本周日 = 11-29
上周五 = 11-20
下周一 = 11-30
下礼拜三上午十点 = 12-02 10:00
下下周一 = 12-07
下周周六 = 12-05
週五下午三點 = 11-27 15:00
礼拜五十一点 = 11-27 11:00
周三四点 = 11-25 16:00
二十七号周五 = 11-27
周三，二十五号 = 11-25
11月28号周五 = ?
11月27日（周五）下午3点 = 11-27 15:00
下周 = 11-30 00:00 ~ 12-07 00:00
下周末 = 12-05 00:00 ~ 12-07 00:00
周末 = 11-28 00:00 ~ 11-30 00:00
下个月 = 12-01 00:00 ~ 2027-01-01 00:00
下月初 = 12-01 00:00 ~ 12-06 00:00
十二月中旬 = 12-11 00:00 ~ 12-21 00:00
下个月第一周 = 12-07 00:00 ~ 12-14 00:00
下个月第一个周六 = 12-05
11月最后一个周五 = 11-27
11月第五个周五 = ?
正月十五 = 2027-02-20
腊月二十三 = 2027-01-30
腊月初八早上七点领粥 = 2027-01-15 07:00
大年三十 = 2027-02-05
农历八月十五 = 2027-09-15
八月十五 = ?
初一 = 12-09
正月初三到初六 = 2027-02-08 00:00 ~ 2027-02-12 00:00
腊八给老人送粥那天 = 2027-01-15
冬至那天 = 12-22
国庆节下午三点 = 2027-10-01 15:00
元旦 = 2027-01-01
除夕晚上 = 2027-02-05 evening
清明 = 2027-04-05
母亲节 = 2027-05-09
半个小时后 = 11-23 10:30
一个半小时后 = 11-23 11:30
一刻钟后 = 11-23 10:15
二十分钟前 = 11-23 09:40
三天后 = 11-26
三天后下午三点 = 11-26 15:00
两周后 = 12-07
一个月后 = 12-23
过两天 = 11-25
五个工作日后 = 11-30
三天之内 = until 11-27 00:00
24小时内 = until 11-24 10:00
三个工作日内 = until 11-27 00:00
这周内 = until 11-30 00:00
月底之前 = until 12-01 00:00
年底前 = until 2027-01-01 00:00
周五之前 = until 11-28 00:00
礼拜五十一点之前都行 = until 11-27 11:00
二十七号下午两点前 = until 11-27 14:00
明天中午之前 = until 11-24 12:00
国庆前 = until 2027-10-01 00:00
最晚周四下午五点 = until 11-26 17:00
今晚八点以后 = 11-23 20:00 ~ 11-24 00:00
从下周一起 = 11-30 00:00 ~
12月5号以后 = 12-05 00:00 ~
周一到周五 = 11-23 00:00 ~ 11-28 00:00
下周一到下周五 = 11-30 00:00 ~ 12-05 00:00
下周一到周五 = 11-30 00:00 ~ 12-05 00:00
二十七号到二十九号 = 11-27 00:00 ~ 11-30 00:00
12月5到7号 = 12-05 00:00 ~ 12-08 00:00
12月28号到5号 = 12-28 00:00 ~ 2027-01-06 00:00
明天下午两点到四点 = 11-24 14:00 ~ 11-24 16:00
上午10点到下午2点 = 11-23 10:00 ~ 11-23 14:00
9~12点半 = 11-24 09:00 ~ 11-24 12:30
晚上十点到早上六点 = 11-23 22:00 ~ 11-24 06:00
周六上午9:00-11:00 = 11-28 09:00 ~ 11-28 11:00
明晚七八点 = 11-24 19:00 ~ 11-24 21:00
两小时，下午五点开始，就今天 = 11-23 17:00 ~ 11-23 19:00
礼拜天下午我闺女来，三点到五点 = 11-29 15:00 ~ 11-29 17:00
周三还是周四 = 11-25 | 11-26
二十点 = 11-23 20:00
下周二或者周三 = 12-01 | 12-02
周一到周五中午送饭 = 11-23 00:00 ~ 11-28 00:00
周三或周四下午 = 11-25 afternoon | 11-26 afternoon
明天或者后天下午三点 = 11-24 15:00 | 11-25 15:00
明天上午9点或10点 = 11-24 09:00 | 11-24 10:00
周二、周四上午九点 = 11-24 09:00 | 11-26 09:00
能不能把二十八号的活动室改到二十九号，时间还是两点 = 11-29 14:00
下午两点儿科远程的能换成明天上午不 = 11-24 morning
明天的理发改到后天同一个时间行不行 = 11-25
改到下午四点 = 11-23 16:00
周三不行，周四吧 = 11-26
不是明天，是后天 = 11-25
周三，哦不对，周四 = 11-26
后天上午九点不行的话十点也行 = 11-25 10:00
别约周五，周四吧 = 11-26
明天不行 = ?
下周一早上空腹来抽血，八点行不 = 11-30 08:00
昨天在你这儿定的一周午餐停了吧，从明天起 = 11-24 00:00 ~
每天 = FREQ=DAILY @ 11-23 00:00
每天早上八点 = FREQ=DAILY @ 11-24 08:00
每天晚上8点 = FREQ=DAILY @ 11-23 20:00
每周三 = FREQ=WEEKLY;BYDAY=WE @ 11-25 00:00
每周三、五下午 = FREQ=WEEKLY;BYDAY=WE,FR @ 11-25 00:00 afternoon
每周一三五上午九点 = FREQ=WEEKLY;BYDAY=MO,WE,FR @ 11-25 09:00
每周一到周五早上七点 = FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR @ 11-24 07:00
每个礼拜天早上9点一刻 = FREQ=WEEKLY;BYDAY=SU @ 11-29 09:15
每月5号 = FREQ=MONTHLY;BYMONTHDAY=5 @ 12-05 00:00
每个月5号和20号上午十点 = FREQ=MONTHLY;BYMONTHDAY=5,20 @ 12-05 10:00
每月最后一天 = FREQ=MONTHLY;BYMONTHDAY=-1 @ 11-30 00:00
每月第一个周一下午三点 = FREQ=MONTHLY;BYDAY=1MO @ 12-07 15:00
每月初一 = LUNAR-MONTHLY;DAY=1 @ 12-09 00:00
每个工作日 = WORKDAYS @ 11-23 00:00
每个工作日的下午三点 = WORKDAYS @ 11-23 15:00
隔天早上八点 = FREQ=DAILY;INTERVAL=2 @ 11-24 08:00
每三天 = FREQ=DAILY;INTERVAL=3 @ 11-23 00:00
每两周周三 = FREQ=WEEKLY;INTERVAL=2;BYDAY=WE @ 11-25 00:00
每半小时 = FREQ=MINUTELY;INTERVAL=30 @ 11-23 10:30
每年3月8号 = FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8 @ 2027-03-08 00:00
每年正月十五 = LUNAR-YEARLY;MONTH=1;DAY=15 @ 2027-02-20 00:00
每年除夕 = LUNAR-YEARLY;MONTH=12;DAY=-1 @ 2027-02-05 00:00
每年清明 = TERM-YEARLY;NAME=清明 @ 2027-04-05 00:00
每年母亲节 = FREQ=YEARLY;BYMONTH=5;BYDAY=2SU @ 2027-05-09 00:00
每天早上八点和晚上八点 = FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0 @ 11-23 20:00
从明天起到礼拜五天天给我送午饭行不 = FREQ=DAILY;UNTIL=20261127T235959 @ 11-24 00:00
从明天起每天早上七点 = FREQ=DAILY @ 11-24 07:00
从下周一开始每天晚上八点吃药，到12月10号为止 = FREQ=DAILY;UNTIL=20261210T235959 @ 11-30 20:00
每年2月30号 = ?
每月32号 = ?
"""

NOT_TIMES = """
3号楼二单元 / 12号线 / 1号窗口 / 珠泉路4号院六单元 / 人民路12号 / 四点半课堂几点开 / 给娃报个四点半课堂 / 一点都不好 / 有一点贵
早一点来 / 晚一点行不行 / 万一摔了呢 / 12345 / 打120 / 五一路怎么走 / 张国庆在不在 / 我叫李建军 / 第一时间通知我 / 我提三点建议
60岁 / 十三块 / 一百二十元 / 利率三点五 / 8.5折 / 比分3:0 / 三分之一 / 四分之三 / 早上好 / 下午好，请问 / 月嫂多少钱 / 一个月多少钱
三个月没发工资 / 两天没吃饭 / 每月补贴多少钱 / 一周三次 / 每周三次 / 一日三餐 / 今日头条 / 五号院 / 101室 / 029-33210000
13812345678 / B20261108 / 61010019500101123X / 前台在哪 / 后天性心脏病 / 前面排几个人 / 改天吧 / 哪天有空 / 几点开门 / 星期几
现在能办吗 / 楼下麻将馆吵到后半夜 / 天天吵 / 单元门禁坏了一个多礼拜 / 残疾证材料递上去快一个月 / 一号会议室 / 35号 / 周到的服务
楼下KTV半夜唱到两点，根本睡不着 / 我跟老公六点才下班，娃没人看着写作业 / 我当过五年兵，听说坐车有优惠 / 社区四点半要钱不
早上把老妈送过去晚上下班接回来，这样的地方有没有 / 天天有人把车停在单元门口，轮椅都推不出去 / 公家每个月给钱，我们从来没领过 / 我查了一下年限没合到一块
房东突然让我三天搬走，合同还有半年 / 里头没人，停在三楼不动 / 三十来口人
"""


def _table(text: str) -> list[tuple[str, str]]:
    rows = [line.partition(" = ") for line in text.strip("\n").split("\n")]
    return [(words, expected) for words, _, expected in rows]


@pytest.mark.parametrize(("words", "expected"), _table(EXPRESSIONS))
def test_expression(words: str, expected: str) -> None:
    assert shown(read(words, AT)) == expected


@pytest.mark.parametrize(
    "words", [w.strip() for line in NOT_TIMES.strip().split("\n") for w in line.split("/")]
)
def test_what_only_looks_like_a_time_is_none(words: str) -> None:
    assert read(words, AT).kind == "none"


@pytest.mark.parametrize(
    ("words", "at", "expected"),
    [
        ("明天上午", "2026-11-23T23:59", "11-24 morning"),
        ("明天上午", "2026-11-24T00:01", "11-25 morning"),
        ("周一", "2026-11-24T09:00", "11-30"),
        ("本周一", "2026-11-24T09:00", "?"),
        ("下周一", "2026-11-29T09:00", "11-30"),
        ("周末", "2026-11-29T09:00", "11-29 00:00 ~ 11-30 00:00"),
        ("上午", "2026-11-23T15:00", "11-24 morning"),
        ("夜里两点", "2026-11-23T01:00", "11-23 02:00"),
        ("30号", "2027-02-10T09:00", "2027-03-30"),
        ("一个月后", "2027-01-31T09:00", "?"),
        ("12月30号", "2027-01-02T09:00", "2027-12-30"),
        ("正月初一", "2027-01-10T09:00", "2027-02-06"),
        ("每月31号", "2027-02-01T09:00", "FREQ=MONTHLY;BYMONTHDAY=31 @ 2027-03-31 00:00"),
        ("每个工作日早上八点", "2026-09-30T09:00", "WORKDAYS @ 10-08 08:00"),
    ],
)
def test_seen_from_another_moment(words: str, at: str, expected: str) -> None:
    assert shown(read(words, local(at))) == expected


def test_a_lead_is_not_the_event() -> None:
    when = read("二十八号上午九点的书法课提前半小时叫我", AT)
    assert (when.start, when.lead) == (local("2026-11-28T09:00"), timedelta(minutes=30))
    assert read("提前一天", AT).lead == timedelta(days=1)


def test_a_question_asks_in_a_sentence() -> None:
    assert read("2月30号", AT).why == "2月没有30号，您说的是哪一天？"
    assert read("11月28号周五", AT).why == "2026年11月28日是周六，不是周五，您说的是哪一天？"


def test_find_gives_all_of_them_with_their_words() -> None:
    text = "能不能把 二十八号的活动室改到二十九号上午十点"
    found = find(text, AT)
    assert [shown(when) for when in found] == ["11-28", "11-29 10:00"]
    assert [when.text for when in found] == ["二十八号", "二十九号上午十点"]
    assert [text[slice(*when.span)] for when in found] == [when.text for when in found]
    assert find("你好", AT) == []


def test_json_is_plain() -> None:
    told = to_json(read("周三还是周四", AT))
    assert told["kind"] == "alternatives"
    assert [option["start"] for option in told["options"]] == [
        "2026-11-25T00:00:00+08:00",
        "2026-11-26T00:00:00+08:00",
    ]
    told = to_json(read("每周三下午三点提前半小时叫我", AT))
    assert (told["rrule"], told["lead"]) == ("FREQ=WEEKLY;BYDAY=WE", 30)


def test_said_as_people_say_it() -> None:
    assert say(local("2026-11-24T09:30")) == "11月24日（周二）上午9:30"
    assert say(date(2026, 11, 24)) == "11月24日（周二）"
    assert say(local("2026-11-24T19:00"), clock=False) == "11月24日（周二）"
    assert say(local("2027-01-05T12:05"), at=AT) == "2027年1月5日（周二）中午12:05"
    assert say(local("2026-11-24T00:05")) == "11月24日（周二）凌晨0:05"


RULES = {
    "FREQ=DAILY": "每天上午8:00",
    "FREQ=DAILY;INTERVAL=2": "隔天上午8:00",
    "FREQ=DAILY;INTERVAL=3": "每3天上午8:00",
    "FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0": "每天上午8:00和晚上8:00",
    "FREQ=DAILY;UNTIL=20261127T235959": "每天上午8:00（到11月27日（周五）为止）",
    "FREQ=WEEKLY;BYDAY=WE": "每周三上午8:00",
    "FREQ=WEEKLY;BYDAY=WE,FR": "每周三、五上午8:00",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": "每周一到周五上午8:00",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE": "每两周周三上午8:00",
    "FREQ=MONTHLY;BYMONTHDAY=5": "每月5号上午8:00",
    "FREQ=MONTHLY;BYMONTHDAY=5,20": "每月5号、20号上午8:00",
    "FREQ=MONTHLY;BYMONTHDAY=-1": "每月最后一天上午8:00",
    "FREQ=MONTHLY;BYDAY=1MO": "每月第一个周一上午8:00",
    "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8": "每年3月8日上午8:00",
    "WORKDAYS": "每个工作日上午8:00",
    "LUNAR-YEARLY;MONTH=1;DAY=15": "每年农历正月十五上午8:00",
    "LUNAR-YEARLY;MONTH=12;DAY=-1": "每年除夕上午8:00",
    "LUNAR-MONTHLY;DAY=1": "每月农历初一上午8:00",
    "TERM-YEARLY;NAME=清明": "每年清明上午8:00",
}


@pytest.mark.parametrize(("rule", "said"), RULES.items())
def test_a_rule_said_reads_back(rule: str, said: str) -> None:
    assert say_rule(rule, local("2026-11-24T08:00")) == said
    back = read(said, AT)
    assert back.rule == rule
    assert back.start is not None
    assert (back.start.hour, back.start.minute) in ((8, 0), (20, 0))


def test_a_rule_without_a_clock_time_says_none() -> None:
    assert say_rule("FREQ=WEEKLY;BYDAY=WE", local("2026-11-25T00:00")) == "每周三"


@pytest.mark.parametrize(
    ("rule", "start", "after", "expected"),
    [
        ("FREQ=DAILY", "2026-11-24T08:00", "2026-11-24T08:00", "2026-11-25T08:00"),
        ("FREQ=DAILY", "2026-11-24T08:00", "2026-11-01T08:00", "2026-11-24T08:00"),
        ("FREQ=WEEKLY;BYDAY=WE,FR", "2026-11-25T15:00", "2026-11-25T15:00", "2026-11-27T15:00"),
        ("FREQ=DAILY;UNTIL=20261127T235959", "2026-11-24T08:00", "2026-11-27T08:00", None),
        ("WORKDAYS", "2026-09-30T08:00", "2026-09-30T08:00", "2026-10-08T08:00"),
        ("WORKDAYS", "2026-10-09T08:00", "2026-10-09T08:00", "2026-10-10T08:00"),
        ("WORKDAYS;UNTIL=20261009T235959", "2026-10-09T08:00", "2026-10-09T08:00", None),
        ("LUNAR-YEARLY;MONTH=12;DAY=-1", "2026-02-16T00:00", "2026-02-16T00:00", "2027-02-05T00:00"),
        ("LUNAR-MONTHLY;DAY=30", "2026-11-01T00:00", "2026-11-09T00:00", "2026-12-08T00:00"),
        ("TERM-YEARLY;NAME=冬至", "2026-12-22T00:00", "2026-12-22T00:00", "2027-12-22T00:00"),
    ],
)
def test_next_after(rule: str, start: str, after: str, expected: str | None) -> None:
    found = next_after(rule, local(start), local(after), CALENDAR)
    assert found == (local(expected) if expected else None)


@pytest.mark.parametrize("rule", ["", "每天", "FREQ=NEVER", "LUNAR-YEARLY;MONTH=x", "WORKDAYS;UNTIL=soon"])
def test_a_bad_rule_is_refused(rule: str) -> None:
    with pytest.raises(BadRule, match="看不懂"):
        next_after(rule, AT, AT, CALENDAR)


moments = st.datetimes(datetime(2000, 1, 1), datetime(2090, 12, 31), timezones=st.just(ZONE))  # noqa: DTZ001 aware by timezones
PIECES = """
明天 后天 大后天 昨天 今晚 下 下下 上 这 本 周 星期 礼拜 一 三 五 日 每 每天 每周 每月 每年 隔 个 月 年 号 日 点 时 分 半 刻
钟 小时 分钟 天  上午 下午 晚上 凌晨 夜里 中午 早 晚 到 至 - ~ 、 ， 和 或 之前 以后 前 后 内 起 从 改到 不行 提前 2 12
30 31 二十九 三十 十二 99 2026 9999 0 25 : 14:30  / . 农历 正月 腊月 初一 闰 除夕 清明 国庆 母亲节 工作日
周末 季度 年底 月初 第 最后一 过 未来 近 差 零 廿 2月 13月 半年 万 亿 pm
"""
pieces = st.sampled_from(PIECES.split())


@given(st.lists(pieces, max_size=9).map("".join) | st.text(max_size=60), moments)
@settings(max_examples=600, deadline=None)
def test_no_input_raises(text: str, at: datetime) -> None:
    for when in (read(text, at), *find(text, at)):
        to_json(when)
        assert when.text == text[slice(*when.span)]
        assert (when.kind == "question") == bool(when.why)
        assert when.start is None or when.start.tzinfo is ZONE
        if when.start and when.end:
            assert when.start <= when.end


@given(
    st.datetimes(timezones=st.just(ZONE)),
    st.sampled_from(["明天", "三年后", "去年", "每周三", "正月初一", "上周", "2月29号", "每个工作日"]),
)
@settings(deadline=None)
def test_no_moment_raises(at: datetime, text: str) -> None:
    to_json(read(text, at))


@given(moments, st.integers(1, 360 * 24 * 60))
@settings(max_examples=300, deadline=None)
def test_what_is_said_reads_back(at: datetime, minutes: int) -> None:
    moment = at.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    back = read(say(moment), at)
    assert (back.kind, back.start) == ("point", moment)
    day = read(say(moment, clock=False, at=at), at)
    assert day.start is not None
    assert (day.kind, day.start.date()) == ("day", moment.date())


@given(moments, st.none() | st.integers(2000, 2090), st.integers(1, 12), st.integers(1, 31))
@settings(max_examples=300, deadline=None)
def test_no_date_is_clipped(at: datetime, year: int | None, month: int, day: int) -> None:
    when = read(f"{f'{year}年' if year else ''}{month}月{day}号", at)
    try:
        date(year or 2000, month, day)
    except ValueError:
        assert when.kind == "question"
        return
    assert when.start is not None
    assert (when.start.month, when.start.day) == (month, day)
    assert when.start.year == year if year else when.start.date() >= at.date()
