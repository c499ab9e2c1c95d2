"""How a kiosk shows who it is, and how it reaches the hub."""

from __future__ import annotations

from pathlib import Path

from contract import topics
from contract.heartbeat import OFFLINE_PAYLOAD, ONLINE_PAYLOAD
from contract.mqtt import BrokerAddress, MqttTransport, Will
from contract.signing import SigningKey
from kiosk.errors import SettingsError
from kiosk.settings import KioskSettings


def device_key(folder: Path) -> SigningKey:
    """The kiosk's own key, made at first; the public half stands beside it as `device.pub`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        key = SigningKey.load_or_create(folder / "device.key")
        public = folder / "device.pub"
        if not public.exists() or public.read_text(encoding="ascii").strip() != key.verify_key.text:
            public.write_text(key.verify_key.text + "\n", encoding="ascii")
    except OSError as error:
        raise SettingsError(
            f"The data folder {folder} cannot be used: {error.strerror}. Name another one with --data."
        ) from error
    return key


def mqtt_transport(settings: KioskSettings) -> MqttTransport:
    """The kiosk's connection, with presence as its last will."""
    return MqttTransport(
        address=BrokerAddress.parse(
            settings.broker,
            ca_file=_optional(settings.broker_ca),
            cert_file=_optional(settings.broker_cert),
            key_file=_optional(settings.broker_cert_key),
        ),
        client_id=settings.device,
        subscriptions=[topics.everything_for(settings.device)],
        will=Will(topics.up(settings.device, "online"), gone=OFFLINE_PAYLOAD, present=ONLINE_PAYLOAD),
    )


def _optional(path: str | None) -> Path | None:
    return Path(path) if path else None
