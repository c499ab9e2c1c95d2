"""`presensi provision authority`: who may speak to broker and hub."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commands import Commands
from cli.provision_options import authority_option, folder_argument, json_option, passphrase_option, read_passphrase
from cli.tables import show_json, show_table

if TYPE_CHECKING:
    from provisioning.authority import Authority, Issued


@click.group(
    cls=Commands,
    epilog="Examples:\n\n"
    "  presensi provision authority init /srv/authority --root /media/stick --organisation 'Pemkab Contoh'\n\n"
    "  export PRESENSI_AUTHORITY=/srv/authority\n\n"
    "  presensi provision authority sign server broker --dns hub.example.go.id --ip 10.0.0.2 --out broker\n\n"
    "  presensi provision authority sign worker ingest-1 --out ingest-1\n\n"
    "  presensi provision authority sign kiosk kiosk-dinkes-1 --csr kiosk.csr --out kiosk-dinkes-1",
)
def authority() -> None:
    """The hub's own certificate authority: docs/technician.md."""


@authority.command(
    epilog="Example:\n\n  presensi provision authority init /srv/authority --root /media/stick --organisation Pemkab"
)
@folder_argument
@click.option(
    "--root",
    "root_folder",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the root, which stays offline: on a stick that is kept under lock and key.",
)
@click.option("--organisation", required=True, metavar="NAME", help="Stands in the authority's certificates.")
@passphrase_option
@json_option("{folder, fingerprint, root_until, intermediate_until}")
def init(folder: Path, *, root_folder: Path, organisation: str, passphrase_file: str | None, as_json: bool) -> None:
    """Make an authority in FOLDER, and its root in another one; what is there is never overwritten."""
    from provisioning.authority import Authority

    passphrase = read_passphrase(passphrase_file, new=True)
    made = Authority.init(folder, root_folder, passphrase=passphrase, organisation=organisation, now=datetime.now(UTC))
    _show_authority(made, as_json=as_json)
    if not as_json:
        click.echo(f"Take {root_folder} away now, and keep it and its passphrase in two places.", err=True)


@authority.command(epilog="Example:\n\n  presensi provision authority show --authority /srv/authority --json")
@authority_option
@click.option("--all", "every", is_flag=True, help="Also what was renewed or revoked.")
@json_option("{folder, fingerprint, root_until, intermediate_until, certificates: [{name, kind, until, due, …}]}")
def show(folder: Path, *, every: bool, as_json: bool) -> None:
    """Show the authority, and who has a certificate until when; DUE is when it is to be renewed."""
    from provisioning.authority import Authority

    opened = Authority.open(folder)
    signed = opened.signed()
    latest = {one.name: one.serial for one in signed}
    shown = [one for one in signed if every or (latest[one.name] == one.serial and one.revoked_at is None)]
    _show_authority(opened, as_json=as_json, certificates=[asdict(one) | {"due": one.due} for one in shown])
    if not as_json:
        click.echo("")
        show_table(
            ("NAME", "KIND", "UNTIL", "DUE", "REVOKED", "REASON", "NAMES"),
            [(one.name, one.kind, one.until, one.due, one.revoked_at, one.reason, one.names) for one in shown],
            empty="Nothing is signed yet: presensi provision authority sign --help",
        )


@authority.command(
    epilog="Examples:\n\n"
    "  presensi provision authority sign server broker --dns hub.example.go.id --ip 10.0.0.2 --out broker\n\n"
    "  presensi provision authority sign worker ingest-1 --out ingest-1\n\n"
    "  presensi provision authority sign kiosk kiosk-dinkes-1 --csr kiosk.csr --out kiosk-dinkes-1"
)
@click.argument("kind", type=click.Choice(("server", "worker", "kiosk")))
@click.argument("name")
@click.option("--csr", type=click.Path(path_type=Path), help="A signing request (PEM); without it, a key is made.")
@click.option("--dns", multiple=True, metavar="NAME", help="A server's name; repeatable.")
@click.option("--ip", "addresses", multiple=True, metavar="ADDRESS", help="A server's address; repeatable.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for NAME.crt, ca.crt and NAME.key.")
@authority_option
@json_option("{serial, name, kind, until, due, fingerprint, files, …}")
def sign(
    kind: Any,
    name: str,
    *,
    csr: Path | None,
    dns: tuple[str, ...],
    addresses: tuple[str, ...],
    out: Path,
    folder: Path,
    as_json: bool,
) -> None:
    """Sign a certificate for NAME, which the broker takes as user name.

    A server (broker, hub) and a worker (or a tool) get a key made here, or give a signing request; a kiosk always makes
    its own key. 90 days for a kiosk, a year for the others.
    """
    from provisioning.authority import Authority
    from provisioning.authority_files import read_file
    from provisioning.certificates import read_names
    from provisioning.handing_out import hand_out, refuse_to_overwrite

    opened, now, names = Authority.open(folder), datetime.now(UTC), read_names(dns, addresses)
    refuse_to_overwrite(out, name)
    if csr is not None:
        issued = opened.sign_request(kind, name, read_file(csr), names=names, now=now)
    else:
        issued = opened.issue(kind, name, names=names, now=now)
    _tell_issued(issued, hand_out(issued, opened, out), as_json=as_json)


@authority.command(
    epilog="Examples:\n\n"
    "  presensi provision authority renew broker --out broker\n\n"
    "  presensi provision authority renew kiosk-dinkes-1 --csr kiosk.csr --out kiosk-dinkes-1"
)
@click.argument("name")
@click.option("--csr", type=click.Path(path_type=Path), help="A signing request (PEM); without it, a key is made.")
@click.option("--early", is_flag=True, help="Also before two thirds of the time are over.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for NAME.crt, ca.crt and NAME.key.")
@authority_option
@json_option("{serial, name, kind, until, due, fingerprint, files, …}")
def renew(name: str, *, csr: Path | None, early: bool, out: Path, folder: Path, as_json: bool) -> None:
    """Sign the next certificate for NAME, also after the last has expired; never after it was revoked."""
    from provisioning.authority import Authority
    from provisioning.authority_files import read_file
    from provisioning.handing_out import hand_out

    opened = Authority.open(folder)
    request = None if csr is None else read_file(csr)
    issued = opened.renew(name, request, early=early, now=datetime.now(UTC))
    _tell_issued(issued, hand_out(issued, opened, out), as_json=as_json)


@authority.command(
    epilog="Example:\n\n  presensi provision authority revoke kiosk-dinkes-1 --reason stolen --crl crl.pem"
)
@click.argument("name")
@click.option("--reason", required=True, help="Why; it is kept in the record.")
@click.option("--crl", type=click.Path(path_type=Path), help="Write the list here too, for the broker's crlfile.")
@authority_option
@json_option("{revoked: [serial, …], crl}")
def revoke(name: str, *, reason: str, crl: Path | None, folder: Path, as_json: bool) -> None:
    """Revoke every certificate of NAME. The broker refuses it once it has read the new list (reload it)."""
    from provisioning.authority import REVOKED, Authority

    opened, now = Authority.open(folder), datetime.now(UTC)
    hit = opened.revoke(name, reason=reason, now=now)
    where = _write_list(opened.revoked_list(now=now), crl) or folder / REVOKED
    if as_json:
        show_json({"revoked": [one.serial for one in hit], "crl": str(where)})
    elif hit:
        click.echo(
            f"{name}: {len(hit)} revoked. The list is in {where}: reload the broker. What is connected stays so."
        )
    else:
        click.echo(f"{name} had nothing in force; the list in {where} is as it should be.")


@authority.command(epilog="Example:\n\n  presensi provision authority crl --out /etc/mosquitto/crl.pem")
@click.option("--out", type=click.Path(path_type=Path), help="File; without it, standard output.")
@authority_option
def crl(out: Path | None, *, folder: Path) -> None:
    """Write the revocation list, as the broker's crlfile takes it."""
    from provisioning.authority import Authority

    made = Authority.open(folder).revoked_list(now=datetime.now(UTC))
    if _write_list(made, out) is None:
        click.echo(made.decode(), nl=False)


@authority.command(epilog="Example:\n\n  presensi provision authority intermediate --root /media/stick")
@click.option(
    "--root", "root_folder", required=True, type=click.Path(path_type=Path), help="Folder of the root: the stick."
)
@passphrase_option
@authority_option
@json_option("{folder, fingerprint, root_until, intermediate_until}")
def intermediate(*, root_folder: Path, passphrase_file: str | None, folder: Path, as_json: bool) -> None:
    """Make the next intermediate, before the one in use expires; what that one has signed stays good."""
    from provisioning.authority import Authority

    opened = Authority.open(folder)
    passphrase = read_passphrase(passphrase_file, new=False)
    opened.replace_intermediate(root_folder, passphrase=passphrase, now=datetime.now(UTC))
    _show_authority(opened, as_json=as_json)


def _show_authority(opened: Authority, *, as_json: bool, certificates: list[dict[str, Any]] | None = None) -> None:
    from provisioning.certificates import fingerprint

    newest = list(opened.intermediates().values())[-1]
    root_until, until = opened.root.not_valid_after_utc, newest.not_valid_after_utc
    if as_json:
        found: dict[str, Any] = {
            "folder": str(opened.folder),
            "fingerprint": fingerprint(opened.root),
            "root_until": root_until,
            "intermediate_until": until,
        }
        show_json(found if certificates is None else found | {"certificates": certificates})
        return
    click.echo(
        f"{opened.root.subject.rfc4514_string()}: root until {root_until:%Y-%m-%d}, in use until {until:%Y-%m-%d}"
    )
    click.echo(f"Fingerprint (SHA-256) {fingerprint(opened.root)}")
    if (until - datetime.now(UTC)).days < 180:
        click.echo("Soon to expire: presensi provision authority intermediate --root STICK", err=True)


def _tell_issued(issued: Issued, files: list[Path], *, as_json: bool) -> None:
    signed = issued.signed
    if as_json:
        show_json(asdict(signed) | {"due": signed.due, "files": [str(file) for file in files]})
        return
    click.echo(f"{signed.name} ({signed.kind}) until {signed.until:%Y-%m-%d}, due on {signed.due:%Y-%m-%d}:")
    for file in files:
        click.echo(f"  {file}")


def _write_list(made: bytes, path: Path | None) -> Path | None:
    from provisioning.whole_files import FOR_EVERYBODY, write_whole

    if path is None or str(path) == "-":
        return None
    write_whole(path, made, mode=FOR_EVERYBODY)
    click.echo(f"{path} is written.", err=True)
    return path
