"""Where the output of a command goes: a file that is there whole or not at all, or standard output."""

from __future__ import annotations

import errno
import os
import re
import sys
import tempfile
from pathlib import Path

import click

from contract.errors import BadInputError, PresensiError

STDOUT = "-"


class OutputError(PresensiError):
    """Raised when what a command found cannot be written where it shall go."""


def write_output(content: bytes, out: str | None, *, default: str | None) -> None:
    """Write to the file `out`; `-` or None: to standard output.

    default: the file that is written when `out` is None, for what is no text (which no terminal is given); None: this
    is text. Where a file was written is said on standard error.
    """
    if out is None and default is not None:
        out = default
    if out in (None, STDOUT):
        if default is not None and _is_terminal():
            raise BadInputError("This is no text for a terminal: name a file with --out, or send it on with a pipe.")
        _write_stdout(content)
        return
    path = Path(out or "")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _write_whole(path, content)
    except OSError as error:
        raise OutputError(f"{path} could not be written: {_why(error, path)}.") from error
    click.echo(f"{path} is written.", err=True)


def file_name(*parts: str, suffix: str) -> str:
    """A file's name of words: rekap-2026-11-dinas-kesehatan.pdf."""
    words = "-".join(part for part in parts if part).casefold()
    return f"{re.sub(r'[^a-z0-9]+', '-', words).strip('-')[:120]}.{suffix}"


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _write_whole(path: Path, content: bytes) -> None:
    """Beside its place first: a disk that fills up leaves what was there before."""
    umask = os.umask(0)
    os.umask(umask)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".presensi-")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o666 & ~umask)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write_stdout(content: bytes) -> None:
    try:
        click.echo(content, nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"Standard output could not be written: {_why(error, None)}.") from error


def _why(error: OSError, path: Path | None) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    if path is not None and isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"there is no folder {path.parent}"
    if path is not None and isinstance(error, PermissionError):
        return f"the folder {path.parent} is not writable for you"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    return (error.strerror or str(error)).casefold()
