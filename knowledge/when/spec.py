"""What a phrase tells of a time, before it is placed on the calendar."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from dateutil.relativedelta import relativedelta

from knowledge.when.words import LUNAR_FESTIVALS


@dataclass(frozen=True, slots=True)
class Spec:
    """Every field None or False: not told. `year` is absolute, or relative to now when `year_rel`."""

    year: int | None = None
    year_rel: bool = False
    month: int | None = None
    month_rel: bool = False
    day: int | None = None  # -1: the last
    lunar: bool = False
    leap: bool = False
    festival: str | None = None
    weekday: int | None = None  # 0 = Monday
    weekdays: tuple[int, ...] = ()
    week: int | None = None  # 0 this week, 1 the next …
    days: int | None = None  # from today
    nth: tuple[int, int] | None = None  # which (-1 the last), weekday
    shift: int | None = None  # 前两天: days counted from the told one
    nth_work: int | None = None  # which working day (-1 the last) after a holiday, or of a month
    beyond: bool = False  # 后第一个工作日: counted from after what was told
    whole: str | None = None  # week, weekend, month, year, season, holiday …
    part: str | None = None  # a key of words.PARTS
    hour: int | None = None
    minute: int = 0
    second: int = 0
    until_hour: int | None = None  # 七八点
    fixed: bool = False  # written so that the hour is out of doubt: 03:00, 零点
    now: bool = False
    after: relativedelta | None = None
    workdays: int | None = None
    length: relativedelta | None = None
    within: bool = False
    exact: bool = False  # the length is told in hours or less, so it ends at a moment
    every: str | None = None
    weak: bool = False  # 一点: a time only beside another one

    @property
    def dated(self) -> bool:
        """Whether a day or a span of days was told."""
        return self.has_day or self.whole is not None or self.year is not None or self.month is not None

    @property
    def has_day(self) -> bool:
        """Whether one day was told."""
        return (
            self.day is not None or self.festival is not None or self.weekday is not None
            or self.days is not None or self.nth is not None or self.nth_work is not None or self.daily_shift
        )  # fmt: skip

    @property
    def daily_shift(self) -> bool:
        """三天后, 两个工作日后: a shift that lands on a day."""
        if self.workdays is not None:
            return True
        return self.after is not None and not self.hourly_shift

    @property
    def hourly_shift(self) -> bool:
        """半小时后: a shift that lands on a moment."""
        return self.after is not None and self.exact

    @property
    def clocked(self) -> bool:
        """Whether an hour or a part of the day was told."""
        return self.hour is not None or self.part is not None

    def joined(self, other: Spec) -> Spec | None:
        """Both in one; None when they tell of the same thing twice."""
        if self.lunar_twin(other):
            return replace(other, year=self.year, year_rel=self.year_rel)
        told = {
            name: value for name, default in _DEFAULTS.items() if (value := getattr(other, name)) != default
        }
        if other.shift is not None and (not self.has_day or self.clocked):
            return None
        if any(getattr(self, name) != _DEFAULTS[name] for name in told):
            return None
        if self.dated and other.dated and not self._completes(other):
            return None
        return replace(self, **told)

    def lunar_twin(self, other: Spec) -> bool:
        """二月二 before 龙抬头: the same day told twice."""
        named = LUNAR_FESTIVALS.get(other.festival or "")
        return (
            named is not None
            and self.festival is None
            and not self.clocked
            and (self.month, self.day) == named
        )

    def _completes(self, other: Spec) -> bool:
        pair = (self, other)
        if any(s.nth_work is not None for s in pair):
            return self.nth_work is None and (other.beyond or not self.has_day or self.festival is not None)
        if any(s.after is not None or s.workdays is not None or s.within for s in pair):
            return False
        if any(s.days is not None for s in pair):
            return False
        if any(s.festival is not None for s in pair) and any(s.day is not None for s in pair):
            return False
        if self.weekday is not None or other.weekday is not None:
            return _weekday_fits(*pair) or _weekday_fits(other, self)
        return not any(s.week is not None for s in pair)


def _weekday_fits(named: Spec, other: Spec) -> bool:
    """周五 beside 27号: the same day told twice."""
    return named.weekday is not None and named.week is None and not named.weekdays and (
        other.day is not None or other.festival is not None
    )  # fmt: skip


_DEFAULTS = {f.name: f.default for f in fields(Spec)}
