"""Brokers and databases of a benchmark's own: started on free ports in a temporary folder, and gone when it ends."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import psycopg

from contract.errors import BadInputError, PresensiError

START_SECONDS: Final = 60.0
_SERVER_FOLDERS: Final = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/usr/local/bin"
_USER: Final = "presensi"


def free_port() -> int:
    """A TCP port of this machine's own address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def child(
    command: Sequence[str], *, folder: Path, log: str, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process while the block lasts; what it says goes to a file in `folder`. environment: beside our own."""
    own = {**os.environ, **(environment or {})}
    with (folder / log).open("ab") as output:
        process = subprocess.Popen(command, cwd=folder, env=own, stdout=output, stderr=output)  # noqa: S603 - our own command
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)


def await_answer(answers: Callable[[], bool], process: subprocess.Popen[bytes], what: str, log: Path) -> None:
    """Wait until a process of ours serves; PresensiError when it ended, or took longer than a minute."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise PresensiError(f"{what} did not start: {log.read_text(encoding='utf-8', errors='replace')[-500:]}")
        time.sleep(0.05)


@contextmanager
def mosquitto(folder: Path) -> Iterator[str]:
    """Address of a Mosquitto with its default limits; BadInputError where it is not installed."""
    program = shutil.which("mosquitto", path=_SERVER_FOLDERS)
    if program is None:
        raise BadInputError("Mosquitto is not installed: apt install mosquitto, or name a broker with --broker URL.")
    port = free_port()
    settings = folder / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type error\n", encoding="ascii"
    )
    with child([program, "-c", str(settings)], folder=folder, log="mosquitto.log") as process:
        await_answer(lambda: _listens(port), process, "Mosquitto", folder / "mosquitto.log")
        yield f"mqtt://127.0.0.1:{port}"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Address of a PostgreSQL database whose commits reach the disk (its defaults, but for the shared buffers).

    It is empty, unless one was begun in this folder before: then it is as that was left. BadInputError where PostgreSQL
    is not installed. Run by root, it is started as the user postgres or nobody.
    """
    initdb, server = _postgresql_program("initdb"), _postgresql_program("postgres")
    own = folder / "postgresql"
    own.mkdir(exist_ok=True)
    prefix = _unprivileged(own, above=folder)
    port = free_port()
    if not (own / "data" / "PG_VERSION").exists():
        _create_cluster([*prefix, initdb, "-D", str(own / "data"), "-U", _USER, "-A", "trust", "-E", "UTF8"], own)
    options = [f"-p{port}", "-cunix_socket_directories=", "-clisten_addresses=127.0.0.1", "-cshared_buffers=128MB"]
    command = [*prefix, server, "-D", str(own / "data"), *options]
    with child(command, folder=folder, log="postgresql.log") as process:
        url = f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
        await_answer(lambda: _listens(port) and _lets_in(url), process, "PostgreSQL", folder / "postgresql.log")
        yield url


def _create_cluster(command: Sequence[str], own: Path) -> None:
    created = subprocess.run(command, capture_output=True, cwd=own, check=False)  # noqa: S603 - our own command
    if created.returncode:
        raise PresensiError(f"PostgreSQL's initdb failed: {created.stderr.decode(errors='replace')[-500:]}")


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _lets_in(url: str) -> bool:
    """PostgreSQL listens before it has read its data, and sends everybody away until then."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _postgresql_program(name: str) -> str:
    found = shutil.which(name, path=_SERVER_FOLDERS)
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    if found is None and not versions:
        raise BadInputError("PostgreSQL is not installed: apt install postgresql, or use --db sqlite or --db URL.")
    return found or str(versions[0])


def _unprivileged(own: Path, *, above: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the prefix that runs a command as somebody else; empty for others."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        above.chmod(0o755)
        os.chown(own, user.pw_uid, user.pw_gid)
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    raise BadInputError("PostgreSQL does not run as root, and there is no other user here: use --db sqlite.")
