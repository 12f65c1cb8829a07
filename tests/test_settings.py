"""Settings: a wrong one stops the start with one sentence that names it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.settings import BadSetting, key_of, load


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JIAMENKOU_PORT", "abc"), ("JIAMENKOU_PORT", "70000"), ("JIAMENKOU_SYNCHRONOUS", "SOMETIMES"),
        ("JIAMENKOU_SECRET_KEY", "短"), ("JIAMENKOU_DATABASE_URL", "mysql://x"), ("JIAMENKOU_TELEGRAM_MODE", "pigeon"),
        ("JIAMENKOU_DELIVERY_SECONDS", "-1"), ("JIAMENKOU_TELEGRAM_STAFF_GROUP", "ours"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=name):
        load()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("JIAMENKOU_PORT", "abc", "要是整数，现在是“abc”"), ("JIAMENKOU_PORT", "70000", "不能大于 65535，现在是“70000”"),
        ("JIAMENKOU_DELIVERY_SECONDS", "0", "要大于 0"), ("JIAMENKOU_WEB_CHAT", "maybe", "只能是 true 或 false"),
        ("JIAMENKOU_SYNCHRONOUS", "SOMETIMES", "只能是 'FULL' 或 'NORMAL'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_chinese(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=said):
        load()


def test_a_misspelled_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("JIAMENKOU_PROT=9001\n")
    with pytest.raises(BadSetting, match=r"JIAMENKOU_PROT.*是不是 JIAMENKOU_PORT"):
        load()
    (tmp_path / ".env").write_text("SOMEBODY_ELSE=1\n")
    monkeypatch.setenv("JIAMENKOU_FULL", "1")
    assert load().port == 8080
    monkeypatch.setenv("JIAMENKOU_COLOUR_OF_DOOR", "red")
    with pytest.raises(BadSetting, match="JIAMENKOU_COLOUR_OF_DOOR"):
        load()


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match="JIAMENKOU_DATA_DIR"):
        key_of(load(data_dir=tmp_path / "file" / "data"))


def test_a_webhook_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAMENKOU_TELEGRAM_TOKEN", "1:a")
    monkeypatch.setenv("JIAMENKOU_TELEGRAM_MODE", "webhook")
    with pytest.raises(BadSetting, match="JIAMENKOU_TELEGRAM_WEBHOOK_SECRET"):
        load()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAMENKOU_TELEGRAM_TOKEN", "1:very-secret")
    assert "very-secret" not in repr(load())


def test_the_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JIAMENKOU_PORT=9001\nJIAMENKOU_TELEGRAM_STAFF_GROUP=\n")
    settings = load()
    assert settings.port == 9001
    assert settings.telegram_staff_group is None


def test_the_key_is_made_once_for_nobody_else_to_read(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path / "data")
    key = key_of(settings)
    assert key_of(settings) == key
    assert len(key) == 32
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_broken_key_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("nonsense")
    with pytest.raises(BadSetting, match=r"secret\.key"):
        key_of(load(data_dir=tmp_path))


def test_the_key_can_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAMENKOU_SECRET_KEY", base64.b64encode(bytes(range(32))).decode())
    assert key_of(load()) == bytes(range(32))
