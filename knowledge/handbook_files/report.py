"""What a file holds and what is wrong with it, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from knowledge.handbook import HandbookEntry

Weight = Literal["stop", "draft", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. weight: stop = not imported; draft = only as a draft; note = worth knowing.

    `row` counts as the reader of the file does: the sheet's row, or the n-th entry of a YAML file; 0 is the file.
    """

    row: int
    column: str
    wrong: str
    write: str
    weight: Weight = "stop"
    sheet: str = ""

    @property
    def place(self) -> str:
        """Where it is: a row of a sheet, the n-th entry of a YAML file, or the whole file."""
        if not self.row:
            return "整个文件"
        return f"{self.sheet}第 {self.row} 行" if self.sheet else f"第 {self.row} 条"

    def __str__(self) -> str:
        column = f"“{self.column}”" if self.column else ""
        return f"{self.place}{column}：{self.wrong}。{self.write}"


@dataclass(slots=True)
class Loaded:
    """The entries of a file in their order, and its problems. With a stopping problem nothing may be imported."""

    entries: list[HandbookEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def stopped(self) -> bool:
        """Whether the file cannot be imported as it is."""
        return any(problem.weight == "stop" for problem in self.problems)

    @property
    def publishable(self) -> bool:
        """Whether every entry could be published."""
        return not any(problem.weight in ("stop", "draft") for problem in self.problems)


class BadFile(ValueError):
    """这个文件不能用，请换一个。"""

    def __init__(self, wrong: str, write: str) -> None:
        self.problem = Problem(0, "", wrong, write)
        super().__init__(str(self.problem))
