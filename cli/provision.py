"""`presensi provision`: what a machine needs before it can work."""

from __future__ import annotations

from pathlib import Path

import click

from cli.commands import LazyCommands
from cli.provision_authority import authority
from cli.provision_image import image
from cli.provision_release import release
from cli.provision_wheelhouse import wheelhouse
from provisioning.demo_photos import fetch


# A technician's own machine needs nothing of the hub; who lets kiosks in, sits at the hub.
@click.group(
    cls=LazyCommands,
    lazy={"claim": ("cli.provision_claim:claim", "hub", "Kiosks that ask the hub to be let in.")},
    epilog="Start with: presensi provision demo-photos",
)
def provision() -> None:
    """What a machine needs before it can work."""


provision.add_command(authority)
provision.add_command(image)
provision.add_command(release)
provision.add_command(wheelhouse)


@provision.command("demo-photos", epilog="Example:\n\n  presensi provision demo-photos")
@click.option("--to", type=click.Path(path_type=Path), help="Folder to fill; without it, the one the demo looks in.")
def demo_photos(to: Path | None) -> None:
    """Get the photos for the demo from the source archive of the `face_recognition` package."""
    click.echo(str(fetch(to) if to is not None else fetch()))
