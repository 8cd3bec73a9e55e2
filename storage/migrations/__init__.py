"""How the tables came to be what they are (Alembic), and the way from any of them to today's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables up to a revision, within the connection's transaction."""
    # Alembic takes a fifth of a second and some megabytes to import, and is seldom needed.
    from alembic import command

    command.upgrade(_config(connection), to)


def downgrade(connection: Connection, to: str = "base") -> None:
    """Take the tables back to a revision, within the connection's transaction."""
    from alembic import command

    command.downgrade(_config(connection), to)


def are_current(connection: Connection) -> bool:
    """Whether the tables are today's already."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(revision == newest())


def newest() -> str:
    """The newest revision: the files of the revisions begin with their numbers."""
    return max(file.name for file in (FOLDER / "versions").glob("0*.py")).partition("_")[0]


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
