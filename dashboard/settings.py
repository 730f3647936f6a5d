"""What an installation sets: one TOML file, a few environment variables, a default for everything else."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

Language = Literal["de", "en"]


class SettingsError(Exception):
    """The configuration cannot be used; the message names the key, what was got and what to do."""


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}; write an IANA name such as Europe/Berlin")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSettings(_Block):
    """Where the data lie. `url` None: SQLite in the data folder."""

    data_dir: Path = Path("data")
    url: str | None = None


class WebSettings(_Block):
    """The web server; `secure_cookies` off only for plain http, `trusted_proxies`: how many stand in front."""

    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=0, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=8, ge=1, le=64)
    secure_cookies: bool = True
    trusted_proxies: int = Field(default=0, ge=0, le=8)
    language: Language = "de"
    metrics: bool = False  # whether /metrics answers, without a login


class BoardSettings(_Block):
    """What the board assumes of the centre as a whole."""

    title: str = "Andrang"
    timezone: TimeZone = "Europe/Berlin"
    stale_after_s: int = Field(default=120, ge=5)
    poll_s: float = Field(default=5.0, ge=0.5, le=300)
    forecast_days: int = Field(default=14, ge=1, le=60)
    history_weeks: int = Field(default=26, ge=1, le=520)
    remember_days: int = Field(default=14, ge=1, le=400)  # how far one may look back at the board as it was
    false_alarms_per_week: float = Field(default=0.1, ge=0.001, le=100)


class QueueSettings(_Block):
    """One `[queues.KEY]` block; names as in the glossary."""

    label: str
    channel: Literal["call", "chat", "email", "ticket", "social"]
    skill: str = ""
    timezone: TimeZone | None = None
    opening: str = "Mon-Sun 00:00-24:00"
    holidays: str = ""
    service_level: float = Field(default=0.8, gt=0, lt=1)
    answer_within_s: int = Field(default=20, ge=0, le=30 * 86_400)
    resolve_within_s: int | None = Field(default=None, ge=60)
    patience_s: float = Field(default=180.0, gt=0)
    aht_s: float = Field(default=300.0, gt=0, le=86_400)
    shrinkage: float = Field(default=0.3, ge=0, lt=1)
    max_occupancy: float = Field(default=0.9, gt=0, le=1)
    concurrency: int = Field(default=1, ge=1, le=20)

    @model_validator(mode="after")
    def _only_chats_at_once(self) -> Self:
        if self.concurrency > 1 and self.channel != "chat":
            raise ValueError(f"concurrency above 1 is for chats; a {self.channel} queue needs concurrency = 1")
        return self


class SourceSettings(BaseModel):
    """One `[sources.NAME]` block; further keys belong to the kind and are checked by it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    timezone: TimeZone = "UTC"
    queues: dict[str, str] = Field(default_factory=dict)
    poll_s: float | None = Field(default=None, ge=0.5, le=86_400)

    @property
    def options(self) -> dict[str, Any]:
        """The kind's own keys."""
        return dict(self.model_extra or {})


class PublishSettings(BaseModel):
    """One `[publish.NAME]` block: a place for approved replies; further keys belong to the kind and are checked by it.

    `open_fields`: what becomes of texts with blanks that the place does not fill: left out, or marked for the agent.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    channels: tuple[Literal["call", "chat", "email", "ticket", "social", "sms"], ...] = ("chat", "email", "ticket")
    languages: tuple[Language, ...] = ("de", "en")
    open_fields: Literal["leave_out", "mark"] = "leave_out"

    @property
    def options(self) -> dict[str, Any]:
        """The kind's own keys."""
        return dict(self.model_extra or {})


class JobsSettings(_Block):
    """Who pulls: threads of the worker; with `broker_url_env`, Celery workers that share the sources over Redis."""

    broker_url_env: str | None = None
    processes: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=8, ge=1, le=64)
    lease_s: float = Field(default=60.0, ge=2, le=3600)


class RepliesSettings(_Block):
    """How drafts of replies are read over. `forbidden_…` None: the product's own list; no link listed: none refused.

    `address` is the form of address of German texts that know both.
    """

    forbidden_de: tuple[str, ...] | None = None
    forbidden_en: tuple[str, ...] | None = None
    allowed_links: tuple[str, ...] = ()
    address: Literal["sie", "du"] = "sie"


class MailSettings(_Block):
    """The server that takes e-mails of alerts; the password comes from the environment or a file."""

    host: str = Field(min_length=1)
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_env: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout_s: float = Field(default=20.0, ge=0.1, le=120)


class WebhookSettings(_Block):
    """An address that takes alerts as signed JSON; private networks and plain http only where it says so."""

    url: str = Field(pattern=r"^https?://[^\s@]+$")
    secret_env: str | None = None
    secret_file: Path | None = None
    allow_private_network: bool = False

    @model_validator(mode="after")
    def _encrypted(self) -> WebhookSettings:
        if self.url.startswith("http://") and not self.allow_private_network:
            raise ValueError("url must begin with https://; http needs allow_private_network = true")
        return self


class AlertSettings(_Block):
    """Where alerts go beside the page; `board_url` is what people type to reach the board, for the link in messages."""

    board_url: str = ""
    webhooks: dict[str, WebhookSettings] = Field(default_factory=dict)


class Settings(_Block):
    """All settings of one installation."""

    store: StoreSettings = StoreSettings()
    web: WebSettings = WebSettings()
    board: BoardSettings = BoardSettings()
    jobs: JobsSettings = JobsSettings()
    replies: RepliesSettings = RepliesSettings()
    mail: MailSettings | None = None
    alerts: AlertSettings = AlertSettings()
    queues: dict[str, QueueSettings] = Field(default_factory=dict)
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    publish: dict[str, PublishSettings] = Field(default_factory=dict)
    drill: bool = False
    clock_offset_s: float = 0.0

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the store."""
        if self.store.url:
            return self.store.url
        return f"sqlite:///{(self.store.data_dir / 'andrang.db').absolute()}"

    @property
    def zone(self) -> ZoneInfo:
        """The centre's time zone."""
        return ZoneInfo(self.board.timezone)


def load_settings(path: Path | None = None) -> Settings:
    """Read the TOML file, then `ANDRANG_DATABASE_URL`, `ANDRANG_DATA_DIR`, `ANDRANG_HOST`, `ANDRANG_PORT`.

    Relative paths in the file are taken from the file's own folder. Without a path `ANDRANG_CONFIG` is read, then
    `andrang.toml` in the working folder; where neither exists, the defaults hold.
    """
    chosen = config_path(path)
    raw = _read(chosen) if chosen else {}
    _from_environment(raw)
    if chosen:
        _anchor(raw, chosen.parent)
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise SettingsError(_readable(error, chosen)) from error


def config_path(path: Path | None = None) -> Path | None:
    """The file that `load_settings` reads; None where there is none."""
    return path or _default_path()


def _default_path() -> Path | None:
    named = os.environ.get("ANDRANG_CONFIG")
    if named:
        return Path(named)
    here = Path("andrang.toml")
    return here if here.exists() else None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} does not exist; `andrang init` writes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


def _from_environment(raw: dict[str, Any]) -> None:
    for variable, block, key in (
        ("ANDRANG_DATABASE_URL", "store", "url"),
        ("ANDRANG_DATA_DIR", "store", "data_dir"),
        ("ANDRANG_HOST", "web", "host"),
        ("ANDRANG_PORT", "web", "port"),
    ):
        if os.environ.get(variable):
            raw.setdefault(block, {})[key] = os.environ[variable]


def _anchor(raw: dict[str, Any], folder: Path) -> None:
    store = raw.setdefault("store", {})
    if "ANDRANG_DATA_DIR" not in os.environ:
        store["data_dir"] = str(folder / store.get("data_dir", "data"))
    for source in raw.get("sources", {}).values():
        if isinstance(source, dict) and isinstance(source.get("path"), str):
            source["path"] = str(folder / source["path"])
    alerts = raw.get("alerts")
    hooks = alerts.get("webhooks") if isinstance(alerts, dict) else None
    for block in (raw.get("mail"), *(hooks.values() if isinstance(hooks, dict) else ())):
        for key in ("password_file", "ca_file", "secret_file"):
            if isinstance(block, dict) and isinstance(block.get(key), str):
                block[key] = str(folder / block[key])


def _readable(error: ValidationError, path: Path | None) -> str:
    lines = [
        f"[{'.'.join(str(p) for p in e['loc'])}] {e['msg']}, got {str(e.get('input'))[:80]!r}" for e in error.errors()
    ]
    return f"{path or 'the settings'} cannot be used: " + "; ".join(lines)
