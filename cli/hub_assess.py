"""`presensi hub assess`: run worked cases through the rules, so that anyone can check them."""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

import click
import msgspec

from cli.commands import EXIT_BAD_INPUT, LoneCommand
from contract.errors import BadInputError
from hub.attendance.cases import run_cases


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n  presensi hub assess cases.json\n\n  cat cases.json | presensi hub assess -",
)
@click.argument("file", type=click.File("rb"))
def assess(file: BinaryIO) -> None:
    """Assess the cases in FILE (- for standard input), a JSON list of {"id", "kind", "given"}.

    Prints [{"id", "result"}]. A case that cannot be run gets {"id", "error"}, the others run, and the exit code is 2.
    """
    try:
        cases = json.loads(file.read())
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"The cases are not JSON: {error}.") from error
    if not isinstance(cases, list):
        raise BadInputError("The cases must be a JSON list.")
    answers = run_cases(cases)
    click.echo(msgspec.json.encode(answers).decode())
    if any(answer.error for answer in answers):
        sys.exit(EXIT_BAD_INPUT)
