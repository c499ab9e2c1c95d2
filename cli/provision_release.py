"""`presensi provision release`: a version of Presensi with everything it needs, signed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from cli.commands import LoneCommand
from cli.provision_options import folder_argument, json_option
from cli.provision_wheelhouse import LOCK, TARGETS, facts, release_key, targets_named
from cli.tables import show_json

_SOURCE: Final = Path(__file__).parents[1]


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi provision release /srv/releases/0.2.0 --key release.key\n\n"
    "  presensi hub release add /srv/releases/0.2.0 --key release.pub\n\n"
    "  presensi kiosk update --from /media/stick/0.2.0",
)
@folder_argument
@click.option(
    "--key", required=True, type=click.Path(path_type=Path), help="The release key; made where there is none."
)
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    default=_SOURCE,
    help="Checkout of Presensi, or a wheel of it; default: this checkout.",
)
@click.option("--lock", type=click.Path(path_type=Path), default=LOCK, help="Lock file; default: this checkout's.")
@click.option(
    "--target",
    "names",
    multiple=True,
    type=click.Choice(TARGETS),
    help="Machine and Python; repeatable; default: the Pi's (aarch64-cp313) and x86_64-cp311.",
)
@json_option("{folder, release, made_at, lock_sha256, targets, files: [{path, size, sha256}]}")
def release(folder: Path, *, key: Path, source: Path, lock: Path, names: tuple[str, ...], as_json: bool) -> None:
    """Build a release into FOLDER: Presensi's own wheel, every wheel that it needs, and a signature over all of it.

    Its name is the version in setup.cfg. Kiosks take what the release key has signed, and nothing that was signed
    before what they run.
    """
    from provisioning.releases.making import make_release
    from provisioning.wheelhouse_fetch import steps

    targets = targets_named(names or TARGETS[:2])
    signer = release_key(key, folder)
    quiet = not sys.stderr.isatty()
    length = steps(lock, targets)
    with click.progressbar(
        length=length, label="Wheels", file=sys.stderr, hidden=quiet, item_show_func=lambda wheel: wheel or ""
    ) as bar:
        made = make_release(
            folder,
            lock,
            targets,
            source=source,
            key=signer,
            now=datetime.now(UTC),
            on_wheel=lambda wheel: bar.update(1, wheel),
        )
    if as_json:
        show_json({"folder": str(folder), **facts(made)})
        return
    size = sum(file.size for file in made.files)
    click.echo(
        f"Release {made.release} in {folder} is signed: {len(made.files)} files, {size / 1e6:.0f} MB, for "
        f"{' and '.join(made.targets)}."
    )
