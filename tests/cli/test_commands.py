"""How every command behaves: help with an example, missing packages, sentences."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from cli import main
from cli.commands import Commands, LazyCommands
from contract.errors import BadInputError, PresensiError


def _all_commands(
    command: click.Command, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _all_commands(below, (*words, name))


@pytest.mark.parametrize(
    ("words", "command"),
    [pytest.param(words, command, id=" ".join(words)) for words, command in _all_commands(main) if words],
)
def test_every_command_explains_itself(words: tuple[str, ...], command: click.Command) -> None:
    shown = CliRunner().invoke(main, [*words, "--help"])
    assert shown.exit_code == 0, shown.output
    assert command.help
    if not isinstance(command, click.Group):
        assert "Example" in shown.output


def _lazy(error: Exception) -> LazyCommands:
    group = Commands("kiosk")

    @group.command()
    def run() -> None:
        raise error

    return LazyCommands(lazy={"kiosk": ("tests.cli.nowhere:kiosk", "kiosk", "The terminal.")}, commands={"k": group})


def test_package_that_is_missing_at_import_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.import_module", _raise(ModuleNotFoundError("No module", name="amqtt.broker")))
    finished = CliRunner().invoke(_lazy(ValueError()), ["kiosk"])
    assert finished.exit_code == 2
    assert "amqtt.broker" in finished.stderr
    assert "pip install 'presensi[kiosk]'" in finished.stderr


def test_package_that_is_missing_when_a_command_runs_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.kiosk.read_settings", _raise(ModuleNotFoundError("No module", name="onnxruntime")))
    finished = CliRunner().invoke(main, ["kiosk", "run", "--headless"])
    assert finished.exit_code == 2
    assert finished.stdout == ""
    assert "onnxruntime" in finished.stderr
    assert "pip install 'presensi[kiosk]'" in finished.stderr


def test_missing_module_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.kiosk.read_settings", _raise(ModuleNotFoundError("No module", name="kiosk.gone")))
    finished = CliRunner().invoke(main, ["kiosk", "run", "--headless"])
    assert isinstance(finished.exception, ModuleNotFoundError)


@pytest.mark.parametrize(("error", "code"), [(BadInputError("Mend it."), 2), (PresensiError("Try again."), 1)])
def test_error_of_ours_is_a_sentence_and_a_code(error: Exception, code: int) -> None:
    finished = CliRunner().invoke(_lazy(error), ["k", "run"])
    assert finished.exit_code == code
    assert finished.stderr == f"presensi: {error}\n"
    assert finished.stdout == ""


def _raise(error: Exception) -> object:
    def call(*_arguments: object, **_keywords: object) -> None:
        raise error

    return call
