"""Options that commands of `presensi provision` share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from contract.errors import BadInputError

authority_option = click.option(
    "--authority",
    "folder",
    envvar="PRESENSI_AUTHORITY",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of the authority in use; default: $PRESENSI_AUTHORITY.",
)
folder_argument = click.argument("folder", type=click.Path(path_type=Path))
passphrase_option = click.option(
    "--passphrase-file",
    metavar="FILE",
    help="The root's passphrase, in the first line; - for standard input; without it, you are asked.",
)


def json_option(shape: str) -> Callable[[Any], Any]:
    """--json, which prints this shape."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print {shape}.")


def read_passphrase(file: str | None, *, new: bool) -> bytes:
    """The root's passphrase; typed twice when it is `new`."""
    return read_secret(file, asked="Passphrase of the root", twice=new).encode()


def read_secret(file: str | None, *, asked: str, twice: bool = False) -> str:
    """The first line of a file or of standard input (-), or typed without being shown.

    Never from the command line, where others on this machine could read it. Raises BadInputError.
    """
    if file is None:
        return str(click.prompt(asked, hide_input=True, confirmation_prompt=twice))
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"The file {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{file} holds no password: expected one line of text.") from error
    return text.partition("\n")[0].rstrip("\r")
