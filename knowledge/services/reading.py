"""Reading a service from plain data (YAML, a form, a row of a sheet)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from knowledge.services.model import Choice, Limit, Period, Service
from knowledge.services.needs import CELL

ASKS = ("for_whom", "name", "phone", "address", "quantity", "people", "child", "note")
PERIODS = ("day", "week", "month")


class BadService(ValueError):
    """这项服务的资料不完整，请按提示修改。"""


def _clock(text: Any) -> time:
    if isinstance(text, int):  # YAML reads an unquoted 09:30 as minutes of a sexagesimal number
        return time(text // 60, text % 60)
    return time.fromisoformat(str(text))


def _period(told: Mapping[str, Any]) -> Period:
    period = Period(
        tuple(int(day) for day in told.get("days", ())), _clock(told["opens"]), _clock(told["closes"])
    )
    if period.opens >= period.closes:
        raise BadService("开始时间要早于结束时间")
    if any(day not in range(7) for day in period.days):
        raise BadService("星期要写 0（周一）到 6（周日）")
    return period


def _cutoff(told: str | None) -> tuple[int, time] | None:
    """ "1 17:00": at 17:00 the day before."""
    if not told:
        return None
    days, clock = str(told).split()
    return int(days), time.fromisoformat(clock)


def _limit(told: Mapping[str, Any] | None) -> Limit | None:
    if not told:
        return None
    limit = Limit(int(told["count"]), str(told["period"]))
    if limit.count < 0 or limit.period not in PERIODS:
        raise BadService(f"次数限制的周期只能是：{'、'.join(PERIODS)}")
    return limit


def _choice(told: Mapping[str, Any]) -> Choice:
    return Choice(str(told["id"]), str(told["name"]), int(told["minutes"]), str(told.get("price", "")))


def _exceptions(told: Mapping[Any, Any]) -> dict[date, tuple[Period, ...]]:
    return {date.fromisoformat(str(day)): tuple(_period(period) for period in periods or ())
            for day, periods in told.items()}  # fmt: skip


def from_mapping(told: Mapping[str, Any]) -> Service:
    """Read a service from plain data; raise BadService with what is wrong."""
    try:
        service = _read(told)
    except KeyError as missing:
        raise BadService(f"缺“{missing.args[0]}”") from missing
    except BadService:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        raise BadService(str(error)) from error
    _check(service)
    return service


def _read(told: Mapping[str, Any]) -> Service:
    return Service(
        id=str(told["id"]), name=str(told["name"]), group=str(told.get("group", "")),
        summary=str(told.get("summary", "")), price=str(told["price"]), who=str(told.get("who", "")),
        words=tuple(told.get("words", ())), places=tuple(told["places"]),
        plan=tuple(_period(period) for period in told["plan"]), minutes=int(told.get("minutes", 30)),
        capacity=int(told.get("capacity", 1)), lead=timedelta(hours=float(told.get("lead_hours", 1))),
        window=int(told.get("window_days", 14)), asks=tuple(told.get("asks", ("name", "phone"))),
        bring=tuple(told.get("bring", ())), cutoff=_cutoff(told.get("cutoff")),
        on_holidays=bool(told.get("on_holidays", False)), entries=tuple(told.get("entries", ())),
        at_home=bool(told.get("at_home", False)), alarm=bool(told.get("alarm", False)),
        whole_day=bool(told.get("whole_day", False)),
        closed={date.fromisoformat(str(day)): str(why) for day, why in told.get("closed", {}).items()},
        exceptions=_exceptions(told.get("exceptions") or {}), before=int(told.get("before", 0)),
        after=int(told.get("after", 0)), every=int(told.get("every", 0)),
        choices=tuple(_choice(choice) for choice in told.get("choices", ())),
        needs=tuple(tuple(str(name) for name in wanted) for wanted in told.get("needs", ())),
        occupies=tuple(told.get("occupies", ())), per_day=int(told.get("per_day", 0)),
        limit=_limit(told.get("limit")), confirm_hours=int(told.get("confirm_hours", 0)),
        entitled=tuple(told.get("entitled", ())), free_limit=_limit(told.get("free_limit")),
        provider=str(told.get("provider", "")),
        menu={int(day): str(dishes) for day, dishes in (told.get("menu") or {}).items()},
        rules=str(told.get("rules", "")), fits=int(told.get("fits", 0)), priority=tuple(told.get("priority", ())),
        phone=str(told.get("phone", "")),
    )  # fmt: skip


def _check(service: Service) -> None:
    """What the cells cannot hold, or what nobody could book."""
    minutes = (
        service.minutes,
        service.before,
        service.after,
        service.every,
        *(c.minutes for c in service.choices),
    )
    if service.minutes <= 0 or any(number < 0 or number * 60 % CELL for number in minutes):
        raise BadService("时长和前后间隔都要是5分钟的倍数")
    periods = [*service.plan, *(period for day in service.exceptions.values() for period in day)]
    if any(clock.minute % 5 for period in periods for clock in (period.opens, period.closes)):
        raise BadService("开放时间要是5分钟的倍数")
    if service.capacity < 1 and not service.needs:
        raise BadService("名额至少是1")
