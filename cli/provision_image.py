"""`presensi provision image`: what a fresh card is told before its first start."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from cli.commands import LoneCommand
from cli.provision_options import json_option, read_secret
from cli.tables import show_json
from contract.errors import BadInputError


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi provision image kiosk-dinkes-1 /media/bootfs --zone WIB --ssh-key ~/.ssh/id_ed25519.pub \\\n\n"
    "    --hub https://hub.example.go.id --ca-fingerprint 101c14d0...\n\n"
    "  ... --wifi KANTOR --wifi-password-file wifi.txt --address 10.0.0.21/24 --gateway 10.0.0.1 --nameserver 10.0.0.1",
)
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--zone", required=True, metavar="WIB|WITA|WIT", help="The office's time zone.")
@click.option(
    "--ssh-key",
    "ssh_keys",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    help="File with the technician's public key; repeatable.",
)
@click.option("--hub", required=True, metavar="URL", help="Where the kiosk claims itself: https://...")
@click.option("--ca-fingerprint", required=True, metavar="HEX", help="SHA-256 that `authority show` prints.")
@click.option("--time-server", "time_servers", multiple=True, metavar="HOST", help="Repeatable; default: Debian's.")
@click.option("--wifi", metavar="NAME", help="Name of the Wi-Fi network; without it, a cable.")
@click.option(
    "--wifi-password-file", metavar="FILE", help="In its first line; - for standard input; else you are asked."
)
@click.option("--address", metavar="ADDRESS/PREFIX", help="Static address, like 10.0.0.21/24; without it, DHCP.")
@click.option("--gateway", metavar="ADDRESS", help="With --address: the way out of the office's network.")
@click.option("--nameserver", "nameservers", multiple=True, metavar="ADDRESS", help="With --address; repeatable.")
@json_option("{device, folder, files}")
def image(
    name: str,
    folder: Path,
    *,
    zone: str,
    ssh_keys: tuple[Path, ...],
    hub: str,
    ca_fingerprint: str,
    time_servers: tuple[str, ...],
    wifi: str | None,
    wifi_password_file: str | None,
    address: str | None,
    gateway: str | None,
    nameservers: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write cloud-init's files for the kiosk NAME into FOLDER.

    FOLDER is the boot partition (bootfs) of a card with Raspberry Pi OS Lite, Trixie, 64 bit. No password is set: the
    account `teknisi` opens to the SSH key alone.
    """
    from provisioning import first_start
    from provisioning.authority_files import read_file
    from provisioning.image import KioskImage, image_files
    from provisioning.whole_files import write_whole

    if address is None and (gateway is not None or nameservers):
        raise BadInputError("--gateway and --nameserver belong to a static address: give --address too.")
    if wifi is None and wifi_password_file is not None:
        raise BadInputError("A Wi-Fi password belongs to a network: give its name with --wifi.")
    if not folder.is_dir():
        raise BadInputError(f"There is no folder {folder}: mount the card's boot partition first.")
    kiosk = KioskImage(
        name=name,
        zone=first_start.read_zone(zone),
        time_servers=tuple(first_start.read_time_server(server) for server in time_servers),
        ssh_keys=tuple(first_start.read_ssh_key(read_file(key).decode(errors="replace")) for key in ssh_keys),
        claim=first_start.read_claim(hub, ca_fingerprint),
        static=None if address is None else first_start.read_static(address, gateway, nameservers),
        wifi=None
        if wifi is None
        else first_start.read_wifi(wifi, read_secret(wifi_password_file, asked="Wi-Fi password")),
    )
    files = image_files(kiosk, instance=secrets.token_hex(8))
    # Last the file whose new name for this start makes cloud-init read the others.
    for file, content in files.items():
        write_whole(folder / file, content)
    if not (folder / "config.txt").is_file():
        click.echo(f"There is no config.txt in {folder}: is it a card's boot partition?", err=True)
    if as_json:
        show_json({"device": name, "folder": str(folder), "files": list(files)})
    else:
        click.echo(f"{name}: {', '.join(files)} are in {folder}. Unmount the card, and start the kiosk with it.")
