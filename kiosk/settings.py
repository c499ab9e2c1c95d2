"""Everything that can be set about a kiosk; each setting has its one default here.

Read from a TOML file (`presensi kiosk run --settings FILE`); options of the command line win over the file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from contract.topics import DEVICE_PATTERN
from kiosk.claim.folder import claimed_settings
from kiosk.errors import SettingsError
from kiosk.hardware.wiring import PanelWiring
from kiosk.hardware.wiring_file import read_wiring

Positive = Annotated[float, Meta(gt=0, le=86_400)]


class CameraSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where frames come from: see kiosk.camera.source.SourceSettings for what the fields mean.

    reset_command: resets a camera that keeps failing; None: only its process is started anew. reboot_after: failures in
    a row after which the kiosk asks for a new start of the machine; 0: never.
    """

    kind: Literal["picamera", "webcam", "clip", "photo"] = "picamera"
    path: str | None = None
    device: Annotated[int, Meta(ge=0, le=63)] = 0
    width: int = 640
    height: int = 480
    fps: float = 15.0
    pace: Literal["own", "fast"] = "own"
    loop: bool = False
    rotation_degrees: Literal[0, 180] = 0
    mains_hertz: Literal[0, 50, 60] = 50
    reset_command: str | None = None
    reboot_after: Annotated[int, Meta(ge=0, le=10_000)] = 24


Hour = Annotated[int, Meta(ge=0, le=23)]


class NightSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When it is night at the site, in local hours; equal hours: never. Screen, fill light and sounds follow it.

    idle_seconds: nobody there for so long makes the screen rest.
    """

    from_hour: Hour = 18
    until_hour: Hour = 6
    idle_seconds: Positive = 30.0


Percent = Annotated[int, Meta(ge=0, le=100)]


class SoundSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How loud the sounds are, by day and by night, in percent; 0: silent."""

    volume: Percent = 70
    night_volume: Percent = 30


class ReleasesSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where releases of the software lie, and how they are fetched (`presensi kiosk update`).

    folder: of the releases, on the data partition. key: the release key's public half. hub: https address that serves
    them; None: they come by stick alone. ca: authority of that address; None: the system's. from_hour, until_hour: when
    the network is free for it, in local hours; equal: always. rate_kb: kilobytes a second at most.
    restart: the command that starts the kiosk's program anew.
    """

    folder: str
    key: str
    hub: str | None = None
    ca: str | None = None
    from_hour: Hour = 17
    until_hour: Hour = 5
    rate_kb: Annotated[int, Meta(ge=8, le=1_000_000)] = 500
    restart: str = "systemctl restart presensi-kiosk.service"


DEFAULT_DATA: Final = "/var/lib/presensi/kiosk"


class KioskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The kiosk's settings; units are in the names.

    device: name that the hub knows the kiosk by. data: folder of journal, roster cache and keys.
    broker: mqtt://host:port or mqtts://host:port; the three files are for mutual TLS. hub_key: file with the hub's
    public key; only what this key has signed is believed. pack: recognition pack to start with. models_mirror:
    address or folder that `presensi models fetch --settings` asks for the files of packs before the internet.
    repeat_seconds: a person who punched so short a time ago is told so instead of punching twice.
    keep_delivered_days: how long delivered rows stay in the journal. keep_pictures_days: how long a picture of a
    refusal waits for a hub that does not take it.
    portable: the kiosk is carried about, every punch says where it is, as gpsd at the address `gpsd` (host:port) knows.
    hardware: file that names the pins of lights, relay, buzzer and the rest; None: `panel` names them. panel: the same
    here; None: none are fitted. panel_inches: the screen's diagonal, from which letters and buttons get their size.
    releases: None: nobody switches releases on this machine.
    """

    device: Annotated[str, Meta(pattern=DEVICE_PATTERN)] = "kiosk-1"
    data: str = DEFAULT_DATA
    broker: str = "mqtt://localhost:1883"
    broker_ca: str | None = None
    broker_cert: str | None = None
    broker_cert_key: str | None = None
    hub_key: str | None = None
    pack: str = "builtin"
    models_mirror: str | None = None
    timezone: str = "Asia/Jakarta"
    language: Literal["id", "en"] = "id"
    repeat_seconds: Positive = 120.0
    accepted_hold_seconds: Positive = 2.5
    refused_hold_seconds: Positive = 3.0
    heartbeat_seconds: Positive = 30.0
    receipt_timeout_seconds: Positive = 5.0
    keep_delivered_days: Annotated[int, Meta(ge=1, le=3660)] = 90
    portable: bool = False
    gpsd: str = "127.0.0.1:2947"
    keep_pictures_days: Annotated[int, Meta(ge=1, le=3660)] = 30
    camera: CameraSection = msgspec.field(default_factory=CameraSection)
    night: NightSection = msgspec.field(default_factory=NightSection)
    sound: SoundSection = msgspec.field(default_factory=SoundSection)
    hardware: str | None = None
    panel: PanelWiring | None = None
    panel_inches: Annotated[float, Meta(ge=5, le=60)] = 10.1
    releases: ReleasesSection | None = None

    def __post_init__(self) -> None:
        if self.hardware is not None and self.panel is not None:
            raise SettingsError("hardware names a file of pins, and [panel] names pins too: keep one of them")

    @property
    def wiring(self) -> PanelWiring | None:
        """What is fitted, from wherever it is named; None: nothing. SettingsError when the file cannot be used."""
        return self.panel if self.hardware is None else read_wiring(Path(self.hardware))

    @property
    def data_folder(self) -> Path:
        return Path(self.data)

    @property
    def hub_key_file(self) -> Path:
        """Where the hub's public key is: as set, else `hub.pub` in the data folder."""
        return Path(self.hub_key) if self.hub_key else self.data_folder / "hub.pub"


_SECTIONS: Final = ("camera",)


def read_settings(path: Path | None, **overrides: Any) -> KioskSettings:
    """Settings from a file (None: the defaults), with overrides whose value is not None.

    Name, broker and certificates that neither says are those with which the hub let this kiosk in, where it did.
    An override named camera_KEY goes into the section [camera]. SettingsError names the file and the key that is wrong.
    """
    tree: dict[str, Any] = {}
    if path is not None:
        try:
            tree = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"Cannot read the settings file {path}: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"The settings file {path} is not valid TOML: {error}.") from error
    for name, value in overrides.items():
        if value is None:
            continue
        section, _, key = name.partition("_")
        if section in _SECTIONS:
            fields = tree.get(section, {})
            # A file may have put something else there; then the conversion below says so.
            tree[section] = {**fields, key: value} if isinstance(fields, dict) else fields
        else:
            tree[name] = value
    data = tree.get("data", DEFAULT_DATA)
    # What somebody wrote down wins over what the hub handed out.
    tree = claimed_settings(Path(data)) | tree if isinstance(data, str) else tree
    try:
        return msgspec.convert(tree, KioskSettings)
    except msgspec.ValidationError as error:
        where = f"The settings file {path}" if path else "The settings"
        raise SettingsError(f"{where} cannot be used: {error}. See docs/settings.md for the keys.") from error
