"""The house: who imports whom, who reads the clock, and that the papers say what the code does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("knowledge", "storage", "intents", "bot")
BELOW = {floor: set(FLOORS[: n + 1]) for n, floor in enumerate(FLOORS)}
NOT_FOR = {
    "knowledge": {"sqlalchemy", "asyncio", "telegram", "apscheduler", "starlette"},
    "storage": {"asyncio", "telegram", "apscheduler", "starlette"},
    "intents": {"asyncio", "telegram", "apscheduler", "starlette"},
}
DIALOGUES = {
    "mediation",
    "report",
    "errand",
    "reminder",
    "progress",
    "nearest",
    "activity",
    "emergency",
    "small",
    "grid",
}


def modules(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "versions" not in path.parts:
            yield path, ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_go_one_way(floor: str) -> None:
    for path, tree in modules(floor):
        for name in imported(tree):
            top = name.split(".")[0]
            assert top not in FLOORS or top in BELOW[floor], f"{path.relative_to(ROOT)} imports {name}"
            assert top not in NOT_FOR.get(floor, set()), f"{path.relative_to(ROOT)} imports {name}"


def test_channels_know_no_storage_no_knowledge_and_no_other_channel() -> None:
    for path, tree in modules("bot/channels"):
        own = path.relative_to(ROOT / "bot/channels").parts[0].removesuffix(".py")
        for name in imported(tree):
            assert name.split(".")[0] not in ("storage", "knowledge"), f"{path} imports {name}"
            parts = name.split(".")
            if parts[:2] == ["bot", "channels"] and len(parts) > 2 and own != "__init__":
                assert parts[2] in (own, "Ears", "Channel"), f"{path} imports {name}"


@pytest.mark.parametrize("name", ["turn", "rounds"])
def test_the_heart_imports_no_channel(name: str) -> None:
    tree = ast.parse((ROOT / "bot" / f"{name}.py").read_text("utf-8"))
    assert not [
        i for i in imported(tree) if i.startswith(("bot.channels", "telegram", "asyncio", "apscheduler"))
    ]


def test_no_dialogue_imports_another() -> None:
    for path, tree in modules("intents"):
        if path.stem not in DIALOGUES:
            continue
        for name in imported(tree):
            parts = name.split(".")
            if parts[0] == "intents" and len(parts) > 1 and parts[1] in DIALOGUES - {path.stem}:
                pytest.fail(f"{path.name} imports {name}")


@pytest.mark.parametrize("floor", ["knowledge", "storage", "intents"])
def test_only_bot_reads_the_clock_and_throws_dice(floor: str) -> None:
    for path, tree in modules(floor):
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in ("now", "today", "utcnow")
                and isinstance(node.value, ast.Name)
            ):
                assert node.value.id not in ("datetime", "date"), f"{path}:{node.lineno} reads the clock"
        assert not {"random", "secrets", "uuid"} & {name.split(".")[0] for name in imported(tree)}, path


def test_only_the_app_builds_things_from_settings() -> None:
    for path, tree in modules("bot"):
        if path.name in ("app.py", "settings.py") or "cli" in path.parts:
            continue
        assert "bot.settings" not in set(imported(tree)), path


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_every_setting_stands_in_the_readme(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    told = {line.split("`")[1] for line in text.splitlines() if line.startswith(f"| `{PREFIX}")}
    assert told == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_the_defaults_in_the_readme_are_the_real_ones() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    rows = {line.split("`")[1]: line for line in lines if line.startswith(f"| `{PREFIX}")}
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        words = (
            "(empty)"
            if shown in (None, "")
            else f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"
        )
        row = rows[f"{PREFIX}{name.upper()}"]
        assert f"| {words} |" in row, row
        assert (field.description or "") in row, row


def test_requirements_name_no_registry() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        lines = [line for line in text.splitlines() if line and not line.startswith(("#", "-r"))]
        assert all("==" in line for line in lines)
