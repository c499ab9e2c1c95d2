"""From a card to a kiosk that the broker lets in, to its next certificate, and to the day when it is revoked."""

from __future__ import annotations

import json
import re
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from kiosk.settings import read_settings
from provisioning.authority import Authority
from provisioning.certificates import fingerprint, read_names
from provisioning.handing_out import hand_out
from tests.factories.claim_hub import server_files
from tests.factories.claims import make_authority
from tests.factories.mosquitto import Mosquitto
from tests.journeys.presensi import COMMAND, assert_one_sentence, run_presensi
from tests.journeys.world import Process, free_port, wait_until

CONNECT = bytes.fromhex("1010 0004 4d51 5454 04 02 003c 0004") + b"test"


class Site:
    """A hub and a broker with an authority of the office's own, and a kiosk's card."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        now = datetime.now(UTC)
        self.authority: Authority = make_authority(folder, now)
        self.crl = folder / "crl.pem"
        self.crl.write_bytes(self.authority.revoked_list(now=now))
        hand_out(
            self.authority.issue("server", "broker", names=read_names(["localhost"], ["127.0.0.1"]), now=now),
            self.authority,
            folder / "broker",
        )
        hand_out(self.authority.issue("worker", "ingest-1", now=now), self.authority, folder / "worker")
        lines = [
            f"cafile {folder}/broker/ca.crt",
            f"certfile {folder}/broker/broker.crt",
            f"keyfile {folder}/broker/broker.key",
            f"crlfile {self.crl}",
            "tls_version tlsv1.3",
            "require_certificate true",
            "use_identity_as_username true",
        ]
        self.broker = Mosquitto(folder, lines)
        self.broker.start()
        self.port = free_port()
        certificate, key = server_files(self.authority, folder)
        address = f"mqtts://localhost:{self.broker.port}"
        told: dict[str, Any] = {
            "data": str(folder / "hub"),
            "host": "127.0.0.1",
            "port": self.port,
            "tls_cert": str(certificate),
            "tls_cert_key": str(key),
            "broker": address,
            "broker_ca": f"{folder}/worker/ca.crt",
            "broker_cert": f"{folder}/worker/ingest-1.crt",
            "broker_cert_key": f"{folder}/worker/ingest-1.key",
            "authority": {
                "folder": str(self.authority.folder),
                "broker": address,
                "crl": str(self.crl),
                "on_revoked": f"{sys.executable} -c 'import os; os.kill({self.broker.pid}, 1)'",
            },
        }
        self.settings = folder / "hub.toml"
        self.settings.write_text(tomli_w.dumps(told))
        self.card = folder / "claim.json"
        paper = {
            "device": "kiosk-1",
            "hub": f"https://localhost:{self.port}",
            "ca_sha256": fingerprint(self.authority.root),
        }
        self.card.write_text(json.dumps(paper))
        self.kiosk = folder / "kiosk"
        self.hub: Process | None = None

    def start_hub(self, *words: str) -> None:
        self.hub = hub = Process(
            [*COMMAND, "hub", *words, "--settings", str(self.settings)], folder=self.folder, name="hub"
        )
        wait_until(lambda: hub.lines, "the hub serves")

    def end(self) -> None:
        if self.hub is not None:
            self.hub.end()
        self.broker.kill()

    def claim(self, *words: str) -> Process:
        command = [*COMMAND, "kiosk", "claim", "--claim", str(self.card), "--data", str(self.kiosk), *words]
        return Process(command, folder=self.folder, name="claim")

    def hub_says(self, *words: str) -> Any:
        told = run_presensi(*words, "--settings", str(self.settings), "--json")
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout)

    def is_let_in(self) -> bool:
        """Whether the broker takes a connection with the kiosk's own settings."""
        settings = read_settings(None, data=str(self.kiosk))
        context = ssl.create_default_context(cafile=settings.broker_ca)
        context.load_cert_chain(settings.broker_cert or "", settings.broker_cert_key)
        try:
            with (
                socket.create_connection(("127.0.0.1", self.broker.port), timeout=60) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as line,
            ):
                line.sendall(CONNECT)
                return line.recv(4) == b"\x20\x02\x00\x00"
        except (ssl.SSLError, ConnectionError):
            return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.end()


def test_kiosk_from_card_to_certificate_renewal_and_revocation(site: Site) -> None:
    # The card comes to life before the hub does, and power fails while it waits.
    process = site.claim()
    wait_until(lambda: any(b"code" in line for line in process.lines), "the kiosk shows its code")
    shown = b"\n".join(process.lines).decode()
    process.kill()
    site.start_hub("run")
    process = site.claim("--json")
    [line] = wait_until(lambda: site.hub_says("provision", "claim", "list"), "the claim is at the hub")
    code = line["code"]
    assert re.sub(r"[^0-9A-Z]", "", shown.split("Kode / code:")[1].split("Cocokkan")[0]) == code
    wrong = run_presensi(
        "provision", "claim", "approve", "kiosk-1", "--code", "AAAA-AAAA", "--settings", str(site.settings)
    )
    assert_one_sentence(wrong, code=2, naming=["shows this code"])
    assert site.hub_says("provision", "claim", "approve", "kiosk-1", "--code", code)["state"] == "approved"
    assert process.finish() == 0
    assert json.loads(b"".join(process.lines))["state"] == "approved"
    assert site.is_let_in()
    # Started again, it has nothing to ask.
    assert site.claim("--json").finish() == 0

    # Two thirds of the time later.
    assert site.hub is not None
    site.hub.end()
    later = datetime.fromtimestamp(time.time() + 65 * 86_400, UTC)
    before = (site.kiosk / "device.crt").read_bytes()
    site.start_hub("serve", "--at", f"{later:%Y-%m-%d %H:%M}")
    renewed = run_presensi("kiosk", "renew", "--now", "--data", str(site.kiosk), "--json")
    assert renewed.returncode == 0, renewed.stderr
    assert json.loads(renewed.stdout)["renewed"]
    assert (site.kiosk / "device.crt").read_bytes() != before
    site.hub.end()

    # Stolen. The certificate in force today is in question, not the one of two months hence.
    (site.kiosk / "device.crt").write_bytes(before)
    assert site.is_let_in()
    site.start_hub("run")
    revoked = run_presensi("hub", "kiosk", "revoke", "kiosk-1", "--settings", str(site.settings))
    assert revoked.returncode == 0, revoked.stderr
    wait_until(lambda: not site.is_let_in(), "the broker refuses the kiosk")
    refused = run_presensi("kiosk", "renew", "--now", "--data", str(site.kiosk))
    assert_one_sentence(refused, code=1, naming=["not trusted here any more"])
