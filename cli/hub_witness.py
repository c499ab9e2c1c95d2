"""Writes on the command line get into the audit trail: one entry for each command that writes, with its first write."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import click
from sqlalchemy.orm import Session

from hub.access.trail.append import append
from hub.access.trail.chain import Deed, Fact, Kind, about_text
from hub.db import Database

_NUMBERS: Final = ("number_of", "number", "entry")
"""Parameters that number a letter, an outage or an entry, where they are numbers (a NIP or a card's is text)."""

_META: Final = "presensi.witness"


@dataclass(slots=True)
class CommandWitness:
    """A command as the trail will tell it. path: its words after `presensi`; act None: these, as `cli.account.add`."""

    path: tuple[str, ...]
    facts: dict[str, Fact]
    employees: set[str] = field(default_factory=set)
    kind: Kind = "write"
    act: str | None = None
    _in_hand: bool = False
    _told: bool = False

    @classmethod
    def of(cls, context: click.Context) -> CommandWitness:
        """The witness of the command that runs; the same one however often it opens the database."""
        made: CommandWitness = context.meta.setdefault(_META, cls(_path(context), _facts(context.params)))
        return made

    def before_commit(self, session: Session) -> None:
        self._in_hand = not self._told
        if self._in_hand:
            append(session, self._deed())

    def after_commit(self) -> None:
        self._told = self._told or self._in_hand

    def _deed(self) -> Deed:
        return Deed(
            at=datetime.now(UTC),
            actor=f"cli:{getpass.getuser()}",
            kind=self.kind,
            act=self.act or ".".join(("cli", *self.path[1:])),
            about=about_text(self.employees, **self.facts),
            address=" ".join(("presensi", *self.path)),
            status=200,
        )


def note_command(*, employees: Iterable[str] = (), **facts: Fact) -> None:
    """Say whom the command that runs is about; nothing outside a command that has opened the database."""
    context = click.get_current_context(silent=True)
    witness = None if context is None else context.meta.get(_META)
    if witness is not None:
        witness.employees.update(employees)
        witness.facts.update(facts)


def tell_of_reading(database: Database, act: str) -> None:
    """Leave the entry of a command that only reads, when its reading is to be told."""
    witness = CommandWitness.of(click.get_current_context())
    witness.kind, witness.act = "read", act
    with database.write():
        pass  # what it witnesses here is its own entry


def _path(context: click.Context) -> tuple[str, ...]:
    words: list[str] = []
    here: click.Context | None = context
    while here is not None and here.parent is not None:
        words.insert(0, here.info_name or "")
        here = here.parent
    return tuple(words)


def _facts(parameters: dict[str, Any]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    by, username = parameters.get("by"), parameters.get("username")
    if isinstance(by, str):
        facts["by"] = by
    if isinstance(username, str):
        facts["account"] = username
    for name in _NUMBERS:
        if isinstance(parameters.get(name), int):
            facts["number"] = parameters[name]
    return facts
