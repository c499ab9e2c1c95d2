"""`presensi provision wheelhouse`: what kiosks install, without an index."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cli.commands import LoneCommand
from cli.provision_options import folder_argument, json_option
from cli.tables import show_json
from contract.errors import BadInputError
from contract.signing import SigningKey, VerifyKey

if TYPE_CHECKING:
    from provisioning.lock_file import Target
    from provisioning.wheelhouse import Manifest

TARGETS: Final = ("aarch64-cp313", "x86_64-cp311", "x86_64-cp313")
LOCK: Final = Path(__file__).parents[1] / "requirements-kiosk.lock"


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi provision wheelhouse /srv/wheelhouse --key release.key\n\n"
    "  presensi provision wheelhouse --check /media/stick/wheelhouse --key release.pub\n\n"
    "On the kiosk: pip install --no-index --require-hashes --find-links DIR/wheels -r DIR/requirements-TARGET.txt",
)
@folder_argument
@click.option("--check", "only_check", is_flag=True, help="Fetch nothing: say whether FOLDER is what was signed.")
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path),
    help="The release key: the private one to sign with (made where there is none), with --check the public one.",
)
@click.option(
    "--lock", type=click.Path(path_type=Path), default=LOCK, help="Lock file; default: this checkout's for kiosks."
)
@click.option(
    "--target",
    "names",
    multiple=True,
    type=click.Choice(TARGETS),
    help="Machine and Python; repeatable; default: the Pi's (aarch64-cp313) and x86_64-cp311.",
)
@json_option("{folder, made_at, lock_sha256, targets, files: [{path, size, sha256}]}")
def wheelhouse(folder: Path, *, only_check: bool, key: Path, lock: Path, names: tuple[str, ...], as_json: bool) -> None:
    """Fill FOLDER with the wheels that the lock file pins, and sign what is in it; or check it.

    pip fetches them, from wherever its own configuration says, and compares each with the lock. A run that was cut goes
    on where it was. Nothing is compiled for another machine.
    """
    from provisioning.wheelhouse import check

    if only_check:
        made = check(folder, VerifyKey.from_file(key))
    else:
        made = _make(folder, lock, targets_named(names or TARGETS[:2]), key)
    if as_json:
        show_json({"folder": str(folder), **facts(made)})
        return
    size = sum(file.size for file in made.files)
    state = "is what was signed" if only_check else "is signed"
    click.echo(f"{folder} {state}: {len(made.files)} files, {size / 1e6:.0f} MB, for {' and '.join(made.targets)}.")


def _make(folder: Path, lock: Path, targets: list[Target], key: Path) -> Manifest:
    from provisioning.wheelhouse_fetch import make_wheelhouse, steps

    length = steps(lock, targets)
    signer = release_key(key, folder)
    quiet = not sys.stderr.isatty()
    with click.progressbar(length=length, label="Wheels", file=sys.stderr, hidden=quiet, item_show_func=_name) as bar:
        return make_wheelhouse(
            folder, lock, targets, key=signer, now=datetime.now(UTC), on_wheel=lambda wheel: bar.update(1, wheel)
        )


def release_key(key: Path, folder: Path) -> SigningKey:
    """The key that signs what lies in `folder`; made where there is none, its public half beside it."""
    from provisioning.whole_files import FOR_EVERYBODY, write_whole

    if folder.resolve() in key.resolve().parents:
        raise BadInputError("The release key must not lie in the wheelhouse: everybody gets that.")
    new = not key.exists()
    signer = SigningKey.load_or_create(key)
    if new:
        public = key.with_suffix(".pub")
        write_whole(public, f"{signer.verify_key.text}\n".encode(), mode=FOR_EVERYBODY)
        click.echo(f"A new release key: keep {key} to yourself; kiosks check with {public}.", err=True)
    return signer


def targets_named(names: tuple[str, ...]) -> list[Target]:
    """The machines of these names."""
    from provisioning.lock_file import TARGETS as KNOWN

    known = {target.name.replace(" ", "-"): target for target in KNOWN}
    return [known[name] for name in dict.fromkeys(names)]


def _name(wheel: str | None) -> str:
    return wheel or ""


def facts(made: Manifest) -> dict[str, object]:
    """For --json."""
    import msgspec

    return dict(msgspec.structs.asdict(made))
