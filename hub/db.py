"""The hub's database: SQLite by default, PostgreSQL for a regency, behind the same SQLAlchemy models.

Times are aware UTC in both. On SQLite a writing transaction takes the write lock at once (BEGIN IMMEDIATE), because one
that reads first and writes later fails when somebody else wrote in between, without waiting for the busy timeout.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol, Self

import msgspec
from sqlalchemy import JSON, Connection, DateTime, Engine, MetaData, Table, create_engine, event
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, NoSuchModuleError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator, TypeEngine

from hub.errors import DatabaseError

BUSY_TIMEOUT_MS: Final = 30_000
"""How long a writer waits for another on SQLite; a group of batches holds the lock for some ten milliseconds."""

_RETRY_S: Final = 0.01

RESTED_S: Final = 2.0
"""A connection to PostgreSQL that rested for longer is asked whether it still lives before it is used again."""

_NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC and returned in UTC; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone before it is stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - fixed by SQLAlchemy
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Root of every stored row; `hub.models` imports all of them."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {datetime: UtcDateTime(), list[Any]: JSON(), dict[str, Any]: JSON()}  # noqa: RUF012 - SQLAlchemy reads it from the class


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that work on columns and not on objects."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is mapped to no plain table")
    return table


class Witness(Protocol):
    """Somebody who sees the writes of what runs now, and may add to each of them (`witnessed`)."""

    def before_commit(self, session: Session) -> None:
        """Called as the last step of a write; when it raises, nothing of the write stands."""

    def after_commit(self) -> None:
        """Called when the write stands."""


_witness: ContextVar[Witness | None] = ContextVar("witness", default=None)


@contextmanager
def witnessed(witness: Witness) -> Iterator[None]:
    """Show the witness every `Database.write` that begins in the block, in this thread and in tasks begun from it."""
    token = _witness.set(witness)
    try:
        yield
    finally:
        _witness.reset(token)


@contextmanager
def unwitnessed() -> Iterator[None]:
    """Show no witness what is written in the block: bookkeeping that would pass for the deed itself."""
    token = _witness.set(None)
    try:
        yield
    finally:
        _witness.reset(token)


_shared: ContextVar[tuple[Database, Connection] | None] = ContextVar("shared", default=None)


class Database:
    """An open database; `read` and `write` give sessions, `close` lets go of its connections."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(presensi_writing=True)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads; whatever was changed in it is dropped at its end."""
        shared = _shared.get()
        if shared is not None and shared[0] is self:
            with Session(shared[1], expire_on_commit=False, join_transaction_mode="rollback_only") as session:
                yield session
            return
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def one_read(self) -> Iterator[None]:
        """Let every `read` of the block, in this thread, share one connection and one transaction.

        For pages of many small questions: a transaction costs PostgreSQL's driver three round trips. Not around a
        write: it needs a second connection, and on SQLite the block sees the rows as they were when it began.
        """
        if _shared.get() is not None:
            yield
            return
        with self.engine.connect() as connection, connection.begin():
            token = _shared.set((self, connection))
            try:
                yield
            finally:
                _shared.reset(token)
                connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at the end of the block, and rolled back when the block raises."""
        witness = _witness.get()
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session
            stands = session.in_transaction()  # a trial run rolls back by itself
            if witness is not None and stands:
                witness.before_commit(session)
        if witness is not None and stands:
            witness.after_commit()

    @contextmanager
    def writing_connection(self) -> Iterator[Connection]:
        """A plain connection in one writing transaction, for migrations and bulk work."""
        with self._writing.begin() as connection:
            yield connection

    @contextmanager
    def migrating_connection(self) -> Iterator[Connection]:
        """The same with SQLite's foreign keys left unchecked, so that a table can be replaced by a changed copy."""
        with self._writing.connect() as connection:
            plain = connection.connection.driver_connection
            if self.dialect != "sqlite" or plain is None:
                with connection.begin():
                    yield connection
                return
            # Outside any transaction: inside one the pragma does nothing.
            plain.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
            finally:
                plain.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def open_database(url: str) -> Database:
    """Open `sqlite:///PATH` or `postgresql://…`; DatabaseError says what is wrong with the address.

    A SQLite file is made when it is missing; its folder as well. Nothing is migrated: call `upgrade`.
    """
    parsed = _parse(url)
    if parsed.drivername.startswith("postgresql"):
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_use_lifo=True,
            hide_parameters=True,
            json_serializer=_to_json,
            json_deserializer=msgspec.json.decode,
            connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
        )
        _ping_rested(engine)
        return Database(engine)
    if parsed.database is None or parsed.database in {"", ":memory:"}:
        raise DatabaseError("A SQLite database of the hub needs a file: write sqlite:////var/lib/presensi/hub.db.")
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=msgspec.json.decode,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine)


def upgrade(database: Database) -> None:
    """Bring the tables to the newest form; several processes may call this at once. DatabaseError when it fails."""
    from hub.migrations.runner import upgrade_to_head

    try:
        upgrade_to_head(database)
    except DBAPIError as error:
        raise DatabaseError(f"The database {shown_address(database)} could not be prepared: {error.orig}.") from error


def shown_address(database: Database) -> str:
    """Address of a database for people and logs, without its password."""
    return database.engine.url.render_as_string(hide_password=True)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise DatabaseError(
            f"'{url}' is not the address of a database: write sqlite:///PATH or postgresql://USER@HOST/NAME."
        ) from error
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise DatabaseError(f"Presensi keeps its rows in SQLite or PostgreSQL, and not in {parsed.get_backend_name()}.")
    return parsed


def _ping_rested(engine: Engine) -> None:
    """As `pool_pre_ping`, which asks every time: two round trips for each of a page's many questions."""

    def came_back(_connection: object, entry: ConnectionPoolEntry) -> None:
        entry.info["rests_since"] = time.monotonic()

    def goes_out(connection: Any, entry: ConnectionPoolEntry, _fairy: object) -> None:
        if time.monotonic() - entry.info.get("rests_since", -RESTED_S) < RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:  # whatever the driver raises, the connection is of no use
            raise InvalidatePoolError("The connection died while it rested.") from error

    event.listen(engine, "connect", came_back)
    event.listen(engine, "checkin", came_back)
    event.listen(engine, "checkout", goes_out)


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN would come too late (before the first change, and deferred): we send it ourselves.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """SQLite asks no busy handler for this switch; of four who open a new file at once, now and then one is refused."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_RETRY_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("presensi_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()
