"""Settings, from FRONT_DOOR_* or `.env`: read once, and every missing name is told at once."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from redis.asyncio.connection import parse_url
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.trouble import Trouble
from handlers.casework import KEPT_FOR
from handlers.drafting import Organisation

PREFIX = "FRONT_DOOR_"
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")

WHAT_IT_IS = {
    "door_token": "the token @BotFather gave for the door's bot",
    "staff_token": "the token @BotFather gave for the staff bot",
    "staff_chat": "the number of the staff group, like -1001234567890",
    "staff_topic": "the number of a topic in the staff group, or nothing",
    "keep_closed_days": "the number of days a closed case stays, 1 or more",
    "database_url": "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME",
    "redis_url": "redis://HOST:6379, or nothing",
    "keys": "the folder that `python -m bot keys new` wrote",
    "alarm_chats": "the numbers of the leads' chats with the door's bot, with commas between",
    "alarm_word": "a word that only the leads know, for /alarm WORD",
    "telegram_api": "the base address of the Bot API",
    "organisation": "the organisation in whose name platforms are asked to remove links",
    "email": "its e-mail address, for the platforms' answers",
    "signature": "the name and office of who signs such requests",
}


class SettingsWrong(Trouble):
    """What is missing or unreadable, one line each; never a value, since some are secrets."""


def readable_database(url: SecretStr) -> SecretStr:
    """An address of SQLite or PostgreSQL, with the driver that we have. Raises ValueError."""
    try:
        driver = make_url(url.get_secret_value()).drivername
    except ArgumentError:
        raise ValueError from None
    if driver not in DRIVERS:
        raise ValueError
    return url


def readable_redis(url: SecretStr) -> SecretStr:
    """An address of Redis. Raises ValueError."""
    parse_url(url.get_secret_value())
    return url


def numbers(words: Any) -> Any:
    """Numbers with commas between them, as an environment holds several."""
    return [word for word in words.split(",") if word.strip()] if isinstance(words, str) else words


class HouseSettings(BaseSettings):
    """What both halves need."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    keys: Path = Path("keys")
    database_url: Annotated[SecretStr, AfterValidator(readable_database)] = SecretStr(
        "sqlite+aiosqlite:///front-door.db"
    )
    redis_url: Annotated[SecretStr, AfterValidator(readable_redis)] | None = None
    telegram_api: HttpUrl = HttpUrl("https://api.telegram.org")

    @property
    def api(self) -> str:
        """The base address without a slash at its end."""
        return str(self.telegram_api).rstrip("/")

    @property
    def redis(self) -> str | None:
        """The address of Redis; None: drafts live in this process's memory."""
        return self.redis_url.get_secret_value() if self.redis_url else None


class DoorSettings(HouseSettings):
    """What the door needs; it never asks for the staff room's token."""

    door_token: SecretStr
    alarm_chats: Annotated[tuple[int, ...], NoDecode, BeforeValidator(numbers)] = ()
    alarm_word: SecretStr = SecretStr("")


class StaffSettings(HouseSettings):
    """What the staff room needs."""

    staff_token: SecretStr
    staff_chat: int
    staff_topic: int | None = None
    keep_closed_days: Annotated[int, Field(ge=1, le=3660)] = KEPT_FOR.days
    organisation: str = ""
    email: str = ""
    signature: str = ""

    @property
    def in_whose_name(self) -> Organisation:
        """Who asks the platforms; "" where it was not set, to be filled in by hand."""
        return Organisation(self.organisation, self.email, self.signature)

    @property
    def keep_closed(self) -> timedelta:
        """How long a closed case stays."""
        return timedelta(days=self.keep_closed_days)


S = TypeVar("S", bound=HouseSettings)


def read_settings(kind: type[S]) -> S:
    """Read the environment and `.env`. Raises SettingsWrong with a line for each bad name."""
    try:
        return kind()
    except ValidationError as error:
        raise SettingsWrong("\n".join(map(_line, error.errors(include_input=False)))) from None


class BothSettings(DoorSettings, StaffSettings):
    """What both halves need in one process; all missing names are told together."""


def _line(error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    wrong = "is missing" if error["type"] == "missing" else "cannot be read"
    return f"{PREFIX}{name.upper()} {wrong}. It should be {WHAT_IT_IS[name]}."
