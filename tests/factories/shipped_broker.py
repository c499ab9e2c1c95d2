"""Mosquitto with the configuration and the ACL that are shipped: only port and folder are others."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

import paho.mqtt.client as paho
from cryptography.hazmat.primitives.asymmetric import ec
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from provisioning.authority import Authority
from provisioning.authority_files import key_pem
from provisioning.certificates import read_names
from provisioning.handing_out import hand_out
from tests.factories.mosquitto import PATIENCE_SECONDS, Mosquitto
from tests.factories.requests import request_for

SHIPPED: Final = Path(__file__).resolve().parents[2] / "systemd" / "etc" / "mosquitto"
INSTALLED: Final = "/etc/mosquitto/presensi"
OBSERVER: Final = "observer"

Files = tuple[Path, Path]
"""Certificate and key."""


class ShippedBroker(Mosquitto):
    """folder: holds what the certificates' folder of an installation holds."""

    def configuration(self) -> str:
        text = (SHIPPED / "conf.d" / "presensi.conf").read_text(encoding="utf-8")
        assert text.count("listener 8883\n") == 1
        return text.replace("listener 8883\n", f"listener {self.port} 127.0.0.1\n").replace(INSTALLED, str(self.folder))


@dataclass
class Office:
    """Broker, authority and certificates. An observer beside them sees and says everything."""

    folder: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.authority = self._authority("authority")
        names = read_names(["localhost"], ["127.0.0.1"])
        hand_out(self.authority.issue("server", "broker", names=names, now=self.now), self.authority, self.folder)
        acl = (SHIPPED / "presensi" / "acl").read_text(encoding="utf-8")
        (self.folder / "acl").write_text(f"{acl}\nuser {OBSERVER}\ntopic readwrite #\ntopic read $SYS/#\n")
        (self.folder / "acl").chmod(0o600)
        self.take_revocations()
        self.broker = ShippedBroker(self.folder)

    def take_revocations(self) -> None:
        """What an installation does when the authority has a new list."""
        shutil.copy(self.authority.folder / "crl.pem", self.folder / "crl.pem")

    def kiosk(self, name: str, *, signed_at: datetime | None = None, authority: Authority | None = None) -> Files:
        by, (request, key) = authority or self.authority, request_for(name)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        out = self.folder / f"files-{name}-{by.folder.parent.name}"
        hand_out(by.sign_request("kiosk", name, request, now=signed_at or self.now), by, out)
        (out / f"{name}.key").write_bytes(key_pem(key, None))
        return out / f"{name}.crt", out / f"{name}.key"

    def worker(self, name: str) -> Files:
        out = self.folder / f"files-{name}"
        hand_out(self.authority.issue("worker", name, now=self.now), self.authority, out)
        return out / f"{name}.crt", out / f"{name}.key"

    def server(self, name: str) -> Files:
        """For this machine, by its address."""
        out = self.folder / f"files-{name}"
        names = read_names([], ["127.0.0.1"])
        hand_out(self.authority.issue("server", name, names=names, now=self.now), self.authority, out)
        return out / f"{name}.crt", out / f"{name}.key"

    def stranger(self, name: str) -> Files:
        """Of another authority."""
        return self.kiosk(name, authority=self._authority("others"))

    def client(self, files: Files | None, **words: object) -> Client:
        return Client(self.broker.port, self.folder / "ca.crt", files, **words)  # type: ignore[arg-type]

    def _authority(self, name: str) -> Authority:
        began = self.now - timedelta(days=200)
        place = self.folder / name
        return Authority.init(
            place / "use", place / "root", passphrase=b"correct horse battery", organisation="Pemkab", now=began
        )


class Client:
    """An MQTT client that asks for whatever it likes. `answer`: of the broker; None: it closed the line."""

    def __init__(
        self,
        port: int,
        ca_file: Path,
        files: Files | None,
        *,
        client_id: str = "",
        username: str | None = None,
        will: str | None = None,
        newest: ssl.TLSVersion | None = None,
    ) -> None:
        self.answer: str | None = None
        self.got: list[tuple[str, bytes, bool]] = []
        self._port = port
        self._answered, self._changed = threading.Event(), threading.Condition()
        self._granted: dict[int, list[ReasonCode]] = {}
        context = ssl.create_default_context(cafile=str(ca_file))
        if newest is not None:
            context.maximum_version = newest
        if files is not None:
            context.load_cert_chain(*files)
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv311, reconnect_on_failure=False
        )
        client.tls_set_context(context)
        if username is not None:
            client.username_pw_set(username, "secret")
        if will is not None:
            client.will_set(will, b"will", qos=1)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_message, client.on_subscribe = self._on_message, self._on_subscribe
        self._client = client

    @property
    def let_in(self) -> bool:
        return self.answer == "Success"

    @property
    def stands(self) -> bool:
        return self._client.is_connected()

    def __enter__(self) -> Self:
        try:
            self._client.connect("127.0.0.1", self._port, 60)
        except (ssl.SSLError, ConnectionError):
            return self
        self._client.loop_start()
        assert self._answered.wait(PATIENCE_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def subscribe(self, filters: Iterable[str]) -> None:
        """Returns when the broker has answered, whatever it said."""
        for each in filters:
            _, number = self._client.subscribe(each, 1)
            assert number is not None
            self._until(lambda number=number: number in self._granted)  # type: ignore[misc]

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Returns when the broker has acknowledged it, which says nothing about who gets it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENCE_SECONDS)

    def wait_for(self, topic: str, payload: bytes) -> list[tuple[str, bytes, bool]]:
        """What came before that message; forgotten with it."""
        self._until(lambda: any(got[:2] == (topic, payload) for got in self.got))
        with self._changed:
            place = next(number for number, got in enumerate(self.got) if got[:2] == (topic, payload))
            before, self.got = self.got[:place], self.got[place + 1 :]
        return before

    def break_off(self) -> None:
        """As when the cable is cut: the broker sends the will."""
        line = self._client.socket()
        assert line is not None
        line.shutdown(socket.SHUT_RDWR)

    def wait_for_end(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.stands:
            assert time.monotonic() < deadline
            time.sleep(0.01)  # another process: there is no event to wait for

    def _until(self, held: object) -> None:
        with self._changed:
            assert self._changed.wait_for(held, PATIENCE_SECONDS)  # type: ignore[arg-type]

    def _on_connect(
        self, _c: paho.Client, _u: object, _f: paho.ConnectFlags, reason: ReasonCode, _p: Properties | None
    ) -> None:
        self.answer = str(reason)
        self._answered.set()

    def _on_disconnect(self, *_: object) -> None:
        self._answered.set()

    def _on_message(self, _c: paho.Client, _u: object, message: paho.MQTTMessage) -> None:
        with self._changed:
            self.got.append((message.topic, bytes(message.payload), bool(message.retain)))
            self._changed.notify_all()

    def _on_subscribe(
        self, _c: paho.Client, _u: object, number: int, reasons: list[ReasonCode], _p: Properties | None
    ) -> None:
        with self._changed:
            self._granted[number] = reasons
            self._changed.notify_all()
