"""Settings: from the environment or `.env`. Every one has a name, a default and one sentence; the README lists them."""

from __future__ import annotations

import base64
import binascii
import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.search import Encoder, NoEncoder

PREFIX = "JIAMENKOU_"
ELSEWHERE = {f"{PREFIX}FULL"}  # read by the tests


class BadSetting(ValueError):
    """设置有误。"""


class Settings(BaseSettings):
    """What an operator can set. Names in the environment begin with JIAMENKOU_."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    data_dir: Path = Field(Path("data"), description="Folder of the database file and the key file.")
    database_url: str = Field(
        "", description="Empty for SQLite in the data folder, or postgresql://user:password@host/name."
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="32 bytes in base64 that personal data is sealed with; empty: made once, in data/secret.key (mode 600).")  # fmt: skip
    host: str = Field("127.0.0.1", description="Address that the web chat and the desk listen on.")
    port: int = Field(8080, ge=1, le=65535, description="Port that the web chat and the desk listen on.")
    public_url: str = Field(
        "", description="Address under which people reach the web pages, if not http://host:port."
    )
    synchronous: Literal["FULL", "NORMAL"] = Field(
        "FULL", description="SQLite durability; FULL survives a power cut."
    )
    sample_centre: bool = Field(
        True, description="Load the sample centre into an empty database at the first start."
    )
    web_chat: bool = Field(True, description="Offer the web chat.")
    telegram_token: SecretStr = Field(
        SecretStr(""), description="Bot token from @BotFather; empty: Telegram is off."
    )
    telegram_mode: Literal["polling", "webhook"] = Field(
        "polling", description="How Telegram's updates are fetched."
    )
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="Secret that Telegram sends with each webhook call; needed in webhook mode.")  # fmt: skip
    telegram_staff_group: int | None = Field(
        None, description="Id of the staff group (a forum), one topic a resident."
    )
    telegram_api: str = Field("https://api.telegram.org", description="Telegram's Bot API server.")
    delivery_seconds: float = Field(
        1.0, gt=0, le=60, description="Longest wait before the outbox is looked at again."
    )
    rounds_seconds: float = Field(2.0, gt=0, le=300, description="How often what is due is looked for.")
    encoder_dir: Path | None = Field(
        None, description="Folder with model.onnx and tokenizer.json of a sentence encoder, one more signal; empty: none.")  # fmt: skip
    encoder_weight: float = Field(4.0, ge=0, le=50, description="How much the sentence encoder counts.")
    adviser_url: str = Field(
        "", description="OpenAI-compatible address (…/v1) asked to choose among the top entries where the index would ask back; empty: none.")  # fmt: skip
    adviser_model: str = Field("", description="Name of the model at that address.")
    adviser_key: SecretStr = Field(SecretStr(""), description="Key for that address, if it needs one.")
    adviser_seconds: float = Field(
        2.0, gt=0, le=10, description="Longest wait for a choice; then the resident is answered without."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")

    @field_validator("telegram_staff_group", "encoder_dir", mode="before")
    @classmethod
    def _no_group(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("secret_key")
    @classmethod
    def _is_key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            _decode(value.get_secret_value())
        return value

    @field_validator("database_url")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value and not value.startswith(
            ("sqlite://", "postgresql://", "postgres://", "postgresql+psycopg://")
        ):
            raise ValueError("要以 postgresql:// 或 sqlite:// 开头")
        return value

    @field_validator("adviser_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("要以 http:// 或 https:// 开头")
        return value

    @model_validator(mode="after")
    def _adviser_has_model(self) -> Settings:
        if self.adviser_url and not self.adviser_model:
            raise ValueError(f"{PREFIX}ADVISER_MODEL：设置了地址，就要写明模型的名字")
        return self

    @model_validator(mode="after")
    def _webhook_has_secret(self) -> Settings:
        if self.telegram_mode == "webhook" and self.telegram_token.get_secret_value():
            if not self.telegram_webhook_secret.get_secret_value():
                raise ValueError(f"{PREFIX}TELEGRAM_WEBHOOK_SECRET：webhook 方式必须设置这个密码")
            if not self.public_url.startswith("https://"):
                raise ValueError(f"{PREFIX}PUBLIC_URL：webhook 方式必须是 https:// 开头的公网地址")
        return self

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'jiamenkou.db'}"

    @property
    def base_url(self) -> str:
        """Where people reach the pages."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def _decode(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("不是 base64") from None
    if len(key) != 32:
        raise ValueError(f"解开后要正好 32 字节，现在是 {len(key)} 字节")
    return key


def load(**given: Any) -> Settings:
    """Read the settings; raise BadSetting with one sentence that names what is wrong."""
    _no_unknown_names()
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{str(first['loc'][0]).upper()}：" if first["loc"] else ""
        raise BadSetting(f"设置有误，{name}{_plain(first)}。请改好后再启动。") from error


def _no_unknown_names() -> None:
    """A misspelled name would silently leave the default in force."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | ELSEWHERE
    told = {name.upper() for name in (*os.environ, *dotenv_values(".env")) if name.upper().startswith(PREFIX)}
    for name in sorted(told - known):
        near = difflib.get_close_matches(name, sorted(known - ELSEWHERE), 1, 0.8)
        hint = f"是不是 {near[0]}？" if near else "有哪些设置，见 README。"
        raise BadSetting(f"设置有误，没有 {name} 这个设置，{hint}请改好后再启动。")


PROBLEMS = {
    "int_parsing": "要是整数",
    "float_parsing": "要是数字",
    "bool_parsing": "只能是 true 或 false",
    "less_than_equal": "不能大于 {le}",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "要大于 {gt}",
    "literal_error": "只能是 {expected}",
}  # pydantic says it in English


def _plain(problem: Mapping[str, Any]) -> str:
    rule = PROBLEMS.get(problem["type"])
    if rule is None:
        return str(problem["msg"]).removeprefix("Value error, ")
    allowed = {name: str(value).replace(" or ", " 或 ") for name, value in problem.get("ctx", {}).items()}
    return f"{rule.format(**allowed)}，现在是“{problem['input']}”"


def ready_folder(settings: Settings) -> Path:
    """The data folder, made where there is none yet; raises BadSetting where it cannot be."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadSetting(
            f"设置有误，{PREFIX}DATA_DIR：文件夹 {settings.data_dir} 用不了（{error.strerror}）。请改好后再启动。"
        ) from error
    return settings.data_dir


def encoder_for(settings: Settings) -> Encoder | None:
    """The sentence encoder, where one is set; raise BadSetting with one sentence that says what is missing."""
    if settings.encoder_dir is None:
        return None
    try:
        return Encoder(settings.encoder_dir, settings.encoder_weight)
    except NoEncoder as error:
        raise BadSetting(f"设置有误，{PREFIX}ENCODER_DIR：{error}。") from error


def key_of(settings: Settings) -> bytes:
    """The key that personal data is sealed with; made and kept (mode 600) at the first start."""
    if told := settings.secret_key.get_secret_value():
        return _decode(told)
    path = ready_folder(settings) / "secret.key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(base64.b64encode(os.urandom(32)).decode())
    try:
        return _decode(path.read_text().strip())
    except ValueError as error:
        raise BadSetting(f"密钥文件 {path} 坏了：{error}。请从备份恢复它。") from error
