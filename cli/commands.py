"""How our commands behave: groups that load late, errors that are one sentence."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from cli.ending import EndedEarlyError
from contract.errors import BadInputError, PresensiError

_OURS = {"benchmarks", "cli", "contract", "hub", "kiosk", "provisioning"}

EXIT_TROUBLE = 1
EXIT_BAD_INPUT = 2
EXIT_NOT_RECOGNISED = 3


class _Sentences(click.Command):
    """Errors of ours become one sentence and an exit code: 2 for bad input, 1 for other trouble.

    A program that was told to end before its work began ends without words, as the signal would have ended it.
    """

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EndedEarlyError as error:
            sys.exit(error.exit_code)
        except PresensiError as error:
            fail(error)
        except ModuleNotFoundError as error:
            # Commands import what they need when they run, so that --help works without it.
            fail_for_want_of(error, ctx)


class LoneCommand(_Sentences):
    """A command that stands in no group."""


class Commands(_Sentences, click.Group):
    """A group of commands."""


class LazyCommands(Commands):
    """A group that imports a command only when it is called, so that a kiosk needs no web server and a hub no Qt.

    lazy: name -> ("module:attribute", the extra that must be installed, one line of help).
    """

    def __init__(self, *, lazy: Mapping[str, tuple[str, str, str]], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        place, extra, _ = self._lazy[cmd_name]
        module, attribute = place.split(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            _fail_for_want_of(error, " ".join([*ctx.command_path.split()[1:], cmd_name]), extra)
        return command

    def extra_of(self, name: str) -> str | None:
        """The extra that must be installed for a command; None for a command that is not ours."""
        return self._lazy[name][1] if name in self._lazy else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        """List the commands without importing any of those that load late."""
        late = [(name, line) for name, (_, _, line) in self._lazy.items()]
        here = sorted((name, command.get_short_help_str(80)) for name, command in self.commands.items())
        with formatter.section("Commands"):
            formatter.write_dl([*late, *here])


def fail(error: PresensiError) -> NoReturn:
    """End the program with the error's sentence."""
    click.echo(f"presensi: {error}", err=True)
    sys.exit(EXIT_BAD_INPUT if isinstance(error, BadInputError) else EXIT_TROUBLE)


def fail_for_want_of(error: ModuleNotFoundError, ctx: click.Context) -> NoReturn:
    """End the program with the extra to install, when a package of others is missing; our own bugs are raised."""
    words = ctx.command_path.split()[1:] or [""]
    root = ctx.find_root().command
    extra = root.extra_of(words[0]) if isinstance(root, LazyCommands) else None
    _fail_for_want_of(error, " ".join(words), extra or "dev")


def _fail_for_want_of(error: ModuleNotFoundError, command: str, extra: str) -> NoReturn:
    if error.name is None or error.name.split(".")[0] in _OURS:
        raise error
    fail(
        BadInputError(
            f"`presensi {command}` needs the package {error.name}, which is not installed: "
            f"pip install 'presensi[{extra}]'."
        )
    )


def log_to_stderr(*, verbose: bool) -> None:
    """Warnings and worse to stderr; everything with --verbose."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
