"""Everything that can be set about a hub; each setting has its one default here.

Read from a TOML file (`presensi hub run --settings FILE`); options of the command line win over the file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hub.access.roles import Role
from hub.errors import SettingsError


class BackupSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """folder: where backups are written; None: none are made. every_hours: how often. keep_days: for how long; less
    than the 90 days for which kiosks keep delivered rows, so that they can send what a restored backup lacks."""

    folder: str | None = None
    every_hours: Annotated[int, Meta(ge=1, le=24 * 31)] = 24
    keep_days: Annotated[int, Meta(ge=1, le=89)] = 30


class AuthoritySection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs certificates of kiosks. folder: of the authority in use; None: nobody can be let in here. broker:
    address at which kiosks find the broker; None: the hub's own. crl: file to which the revocation list is written,
    for the broker. on_revoked: command that makes the broker read it and cut who is connected; no shell."""

    folder: str | None = None
    broker: str | None = None
    crl: str | None = None
    on_revoked: str | None = None


class HubSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hub's settings.

    data: folder of the hub's keys, of enrolment photos, and of the database where SQLite is used. database: address of
    the database; None: `hub.db` in the data folder. broker: mqtt://host:port or mqtts://host:port; the three files are
    for mutual TLS. host, port: where the pages are served. share: whether ingest workers divide punches and enrolments
    among themselves, where the broker can do that. pack: recognition pack for enrolment, until one was deployed.
    models_mirror: address or folder that `presensi models fetch --settings` asks for the files of packs before the
    internet. calibrate_at: local hour from which the night's calibration runs; calibrate_target: a stranger's chance
    that it aims at. keep_refusals_days: how long refused faces and their pictures are kept. timezone: of dates on pages
    that are about no unit in particular. second_step_roles: who sees nothing before they have set up the second step at
    sign-in. gateways: how reminders reach people: a name, and an address of apprise with {to} in it.
    metrics_on_loopback: whether programs on this machine are told the metrics without a token. backup: where backups
    are written, how often, and for how long they are kept. authority: who signs certificates of kiosks. tls_cert,
    tls_cert_key: the pages' own certificate and its key; None: they are served without TLS, to a proxy that ends it.
    """

    data: str = "/var/lib/presensi/hub"
    database: str | None = None
    broker: str = "mqtt://localhost:1883"
    broker_ca: str | None = None
    broker_cert: str | None = None
    broker_cert_key: str | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8080
    share: bool = False
    pack: str = "builtin"
    models_mirror: str | None = None
    calibrate_at: Annotated[int, Meta(ge=0, le=23)] = 2
    calibrate_target: Annotated[float, Meta(ge=1e-6, le=0.1)] = 0.001
    keep_refusals_days: Annotated[int, Meta(ge=1, le=3660)] = 90
    timezone: str = "Asia/Jakarta"
    second_step_roles: tuple[Role, ...] = ()
    gateways: dict[str, str] = {}
    metrics_on_loopback: bool = False
    backup: BackupSection = msgspec.field(default_factory=BackupSection)
    authority: AuthoritySection = msgspec.field(default_factory=AuthoritySection)
    tls_cert: str | None = None
    tls_cert_key: str | None = None

    def __post_init__(self) -> None:
        if (self.tls_cert is None) != (self.tls_cert_key is None):
            raise SettingsError("tls_cert and tls_cert_key belong together: give both, or neither")

    @property
    def data_folder(self) -> Path:
        return Path(self.data)

    @property
    def database_url(self) -> str:
        """Address of the database."""
        return self.database or f"sqlite:///{self.data_folder / 'hub.db'}"


def read_settings(path: Path | None, **overrides: Any) -> HubSettings:
    """Settings from a file (None: the defaults), with overrides whose value is not None.

    SettingsError names the file and the key that is wrong.
    """
    tree: dict[str, Any] = {}
    if path is not None:
        try:
            tree = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"Cannot read the settings file {path}: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"The settings file {path} is not valid TOML: {error}.") from error
    tree |= {name: value for name, value in overrides.items() if value is not None}
    try:
        return msgspec.convert(tree, HubSettings)
    except msgspec.ValidationError as error:
        where = f"The settings file {path}" if path else "The settings"
        raise SettingsError(f"{where} cannot be used: {error}. See docs/settings.md for the keys.") from error
