"""Many rows in one statement, the same way on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, TextClause, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.base import ReadOnlyColumnCollection

Row = dict[str, Any]
Changes = Callable[[ReadOnlyColumnCollection[str, ColumnElement[Any]]], Mapping[str, Any]]
"""From the row that could not be inserted (`excluded`) to the columns that are set instead."""
Condition = Callable[[ReadOnlyColumnCollection[str, ColumnElement[Any]]], ColumnElement[bool]]
"""From the same to what must hold of the row that is there."""


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, leaving those alone whose key is there already; every row must name the same columns.

    PostgreSQL gets one array per column (`unnest`), several times faster than one statement per row.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(sqlite_insert(table).on_conflict_do_nothing(), rows)
        return
    columns = tuple(rows[0])
    statement = _unnest_statement(table, columns)
    connection.execute(statement, {column: [row[column] for row in rows] for column in columns})


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    changes: Changes,
    where: Condition | None = None,
) -> None:
    """Insert rows; where the key is there already, set what `changes` makes of the row that could not be inserted.

    where: which of the rows that are there may be changed; None: all.

    Rows are written in the order of their key, so that two writers never wait for each other in a circle.
    """
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: tuple(row[column] for column in key))
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    statement = insert(table)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(key),
            set_=changes(statement.excluded),
            where=None if where is None else where(statement.excluded),
        ),
        ordered,
    )


@lru_cache(maxsize=32)
def _unnest_statement(table: Table, columns: tuple[str, ...]) -> TextClause:
    from sqlalchemy.dialects import postgresql

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    arrays = ", ".join(f"CAST(:{name} AS {_plain_type(table, name, dialect)}[])" for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    # Names come from our own models, never from a message.
    return text(f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING')  # noqa: S608


def _plain_type(table: Table, name: str, dialect: Any) -> str:
    compiled = str(table.c[name].type.compile(dialect))
    return "TEXT" if compiled.startswith("VARCHAR") else compiled
