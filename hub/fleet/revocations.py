"""Certificates of kiosks that are trusted no more: into the revocation list, and the broker is told."""

from __future__ import annotations

import logging
import os
import secrets
import shlex
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select

from contract.errors import PresensiError
from hub.db import Database, unwitnessed
from hub.errors import FleetError
from hub.fleet.certificates import CertificateSigner
from hub.fleet.claim_models import KioskCertificate
from hub.fleet.models import Kiosk
from hub.settings import AuthoritySection

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 5.0
AGAIN_SECONDS: Final = 60.0
COMMAND_SECONDS: Final = 60.0


class Revoker:
    """Sees that a kiosk was revoked, however that came about, and takes its certificate from it.

    The hub itself takes nothing from such a kiosk from the moment in which it was revoked; this is for the broker.
    """

    def __init__(
        self,
        database: Database,
        signer: CertificateSigner,
        settings: AuthoritySection,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._signer, self._settings, self._now = database, signer, settings, now

    def step(self) -> list[str]:
        """Revoke what is due; the kiosks. Doing it twice does no harm; PresensiError says what could not be done."""
        due = select(KioskCertificate.device).join(Kiosk, Kiosk.device == KioskCertificate.device)
        due = due.where(Kiosk.state == "revoked", KioskCertificate.revoked_at.is_(None)).order_by(Kiosk.device)
        with self._database.read() as session:
            devices = list(session.scalars(due))
        for device in devices:
            now = self._now()
            listed = self._signer.revoke(device, reason="the hub trusts this kiosk no more", now=now)
            if self._settings.crl is not None:
                _write(Path(self._settings.crl), listed)
            if self._settings.on_revoked is not None:
                _tell_broker(self._settings.on_revoked, device)
            # Only now: whatever failed before is done again.
            with unwitnessed(), self._database.write() as session:
                session.get_one(KioskCertificate, device).revoked_at = now
            logger.warning("the certificate of %s is revoked, and the broker was told", device)
        return devices

    def run(self, stop: threading.Event) -> None:
        """Look every few seconds until told to end; what cannot be done now is tried again."""
        while not stop.is_set():
            pause = LOOK_SECONDS
            try:
                self.step()
            except PresensiError as error:
                logger.error("a certificate could not be revoked: %s", error)  # noqa: TRY400 - one sentence says it
                pause = AGAIN_SECONDS
            stop.wait(pause)


def _write(path: Path, listed: bytes) -> None:
    """The list, whole or not at all; readable by the broker."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(listed)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FleetError(f"The revocation list {path} cannot be written: {error.strerror}.") from error


def _tell_broker(command: str, device: str) -> None:
    try:
        subprocess.run(  # noqa: S603 - the administrator's own words, and no shell reads them
            shlex.split(command),
            env=os.environ | {"PRESENSI_DEVICE": device},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=COMMAND_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()[-300:]
        raise FleetError(
            f"The command on_revoked ended with {error.returncode}: {said or 'it said nothing'}"
        ) from error
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise FleetError(f"The command on_revoked cannot be run: {error}") from error
