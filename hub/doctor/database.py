"""Whether the database answers, and whether its tables are those of this version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from contract.checkup.finding import NOTHING, Finding, Measure, Words
from hub.db import Database
from hub.migrations.runner import configuration

SEE_ABOVE: Final = Words("Lihat basis data di atas.", "See the database above.")


@dataclass(frozen=True, slots=True)
class DatabaseReading:
    """trouble: why it cannot be used, without addresses; None: it can. revision: None: it has no tables yet.

    there: whether there is one where the settings point.
    """

    kind: str
    revision: str | None = None
    newest: str = ""
    size_bytes: int | None = None
    trouble: str | None = None
    there: bool = True

    @property
    def usable(self) -> bool:
        """Whether questions to its tables make sense."""
        return self.there and self.trouble is None and self.revision == self.newest


def newest_revision() -> str:
    """What the tables of this version stand at."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def read_database(database: Database) -> DatabaseReading:
    """Ask it; what it answers instead is in the reading."""
    kind = database.dialect
    try:
        with database.engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            if kind == "postgresql":
                size = int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
            else:
                size = Path(database.engine.url.database or "").stat().st_size
    except (SQLAlchemyError, OSError) as error:
        told = str(getattr(error, "orig", None) or error).strip().splitlines()
        return DatabaseReading(
            kind, trouble=told[0].removeprefix("connection failed: ") if told else type(error).__name__
        )
    return DatabaseReading(kind, revision, newest_revision(), size)


def judge_database(reading: DatabaseReading) -> Finding:
    """Bad when it is away, or its tables are of another version."""
    measured: dict[str, Measure] = {
        "kind": reading.kind,
        "revision": reading.revision,
        "newest": reading.newest,
        "size_bytes": reading.size_bytes,
    }
    if not reading.there:
        advice = Words("Periksa --data, atau mulai: presensi hub run.", "Check --data, or begin: presensi hub run.")
        return Finding("bad", Words("belum ada di folder ini", "none in this folder"), advice, measured)
    if reading.trouble is not None:
        value = Words(
            f"{reading.kind} tidak terjangkau: {reading.trouble}", f"{reading.kind} is out of reach: {reading.trouble}"
        )
        advice = Words("Periksa layanan basis data dan alamatnya (--db).", "Check its service and the address (--db).")
        return Finding("bad", value, advice, measured)
    size = f"{(reading.size_bytes or 0) / 1e6:.1f} MB"
    if reading.usable:
        value = Words(
            f"{reading.kind}, {size}, migrasi {reading.revision}",
            f"{reading.kind}, {size}, migration {reading.revision}",
        )
        return Finding("ok", value, NOTHING, measured)
    value = Words(
        f"{reading.kind}, migrasi {reading.revision or '-'}, bukan {reading.newest}",
        f"{reading.kind}, migration {reading.revision or '-'} and not {reading.newest}",
    )
    if reading.revision is None or reading.revision < reading.newest:
        return Finding(
            "bad", value, Words("Jalankan: presensi hub db upgrade.", "Run: presensi hub db upgrade."), measured
        )
    return Finding("bad", value, Words("Pasang versi Presensi yang lebih baru.", "Install a newer Presensi."), measured)
