"""A private PostgreSQL in a temporary folder, and a database in it that one test after the other begins anew."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from hub.db import open_database, upgrade

_USER: Final = "presensi"
_TEMPLATE: Final = "template_presensi"


@contextmanager
def postgresql() -> Iterator[str]:
    """Address of its database `postgres` while the with block lasts; skips where PostgreSQL is not installed."""
    initdb, postgres = _program("initdb"), _program("postgres")
    if initdb is None or postgres is None or shutil.which("setpriv") is None:
        pytest.skip("PostgreSQL is not installed here")
    folder = Path(tempfile.mkdtemp(prefix="presensi-pg-"))
    try:
        prefix = _unprivileged(folder)
        make = [initdb, "-D", str(folder / "data"), "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*prefix, *make], check=True, capture_output=True, cwd=folder)
        with _running([*prefix, postgres, "-D", str(folder / "data")], folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: Sequence[str], folder: Path) -> Iterator[str]:
    port = _free_port()
    options = [f"-p{port}", f"-k{folder}", "-clisten_addresses=127.0.0.1", "-cshared_buffers=32MB"]
    # What it holds need not survive anything, and a test is too short for anybody to tidy up beside it.
    options += ["-cfsync=off", "-cfull_page_writes=off", "-csynchronous_commit=off", "-cautovacuum=off"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([*command, *options], cwd=folder, **quiet)  # type: ignore[call-overload]
    url = f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
    try:
        _wait_for(server, url)
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # it ends its connections; after SIGTERM it would wait for them
        server.wait(60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str) -> str | None:
    found = shutil.which(name)
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return found or next((str(path) for path in versions), None)


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the prefix that runs a command as somebody else; empty for others."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    pytest.skip("PostgreSQL does not run as root, and there is no other user to run it as")


def _wait_for(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    engine = _engine(url)
    while True:
        try:
            with engine.connect():
                break
        except Exception:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)  # polling another process: there is no event to wait for
    engine.dispose()


def _engine(url: str) -> Engine:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")


class Slate:
    """A migrated database without anybody in it; `wipe` brings it back to that, whatever a test has done to it.

    To make a database for each test takes PostgreSQL several times as long as to empty the few tables that it filled.
    """

    def __init__(self, server_url: str) -> None:
        self._server = _engine(server_url).connect()
        self.url = server_url.replace("/postgres", "/slate")
        template = server_url.replace("/postgres", f"/{_TEMPLATE}")
        self._server.execute(text(f"CREATE DATABASE {_TEMPLATE}"))
        with open_database(template) as database:
            upgrade(database)
        with _connected(template) as connection:
            connection.execute(text(_REMEMBER))
        self._make()

    def wipe(self) -> None:
        """End whoever is still connected, and take back rows, numbers and changed tables."""
        self._server.execute(text(_END_OTHERS))
        # Not kept open: a test may want to copy the database, which must be nobody's then.
        with _connected(self.url) as own:
            same = own.scalar(text(_FORM)) == self._form
            if same:
                own.execute(text(_EMPTY))
        if not same:
            self._server.execute(text("DROP DATABASE slate WITH (FORCE)"))
            self._make()

    def close(self) -> None:
        self._server.close()
        self._server.engine.dispose()

    def _make(self) -> None:
        self._server.execute(text(f"CREATE DATABASE slate TEMPLATE {_TEMPLATE}"))
        with _connected(self.url) as own:
            self._form: Any = own.scalar(text(_FORM))


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = _engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


_END_OTHERS: Final = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = 'slate' AND backend_type = 'client backend'
"""

_FORM: Final = " || '/' || ".join(
    f"(SELECT count(*) || ',' || max(xmin::text::bigint) FROM {catalogue})"
    for catalogue in ("pg_attribute", "pg_constraint", "pg_index", "pg_trigger", "pg_proc")
).join(("SELECT ", ""))
"""Changes with every change of a table's form, and stays when rows come and go."""

_REMEMBER: Final = """
DO $$
DECLARE
    name name;
    filled boolean;
BEGIN
    CREATE SCHEMA kept;
    CREATE TABLE kept.last_values AS SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', name, name);
        END IF;
    END LOOP;
END $$
"""

_EMPTY: Final = """
DO $$
DECLARE
    name name;
    filled boolean;
    dirty text[] := '{}';
BEGIN
    -- What is put back is whole: the order in which it comes is of no matter.
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
        IF filled THEN
            dirty := dirty || format('public.%I', name);
        END IF;
    END LOOP;
    EXECUTE 'TRUNCATE ' || array_to_string(dirty, ', ') || ' CASCADE';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' AND tablename <> 'last_values' LOOP
        EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM kept.%I', name, name);
    END LOOP;
    PERFORM setval(format('public.%I', own.sequencename)::regclass, coalesce(kept.last_value, own.start_value),
                   kept.last_value IS NOT NULL)
    FROM pg_sequences own LEFT JOIN kept.last_values kept USING (sequencename)
    WHERE own.schemaname = 'public' AND own.last_value IS DISTINCT FROM kept.last_value;
END $$
"""
