"""`presensi demo`: the whole product on this machine, with a broker inside the process."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from cli.commands import EXIT_NOT_RECOGNISED, LoneCommand
from cli.ending import Ending
from contract.errors import BadInputError, PresensiError


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi demo\n\n"
    "  presensi demo --enrol-me 'Siti Aminah'\n\n"
    "  presensi demo --once --headless --json --gallery photos/ --clip walk.mp4",
)
@click.option("--once", is_flag=True, help="End with the first punch in the recap (exit 3: nobody was recognised).")
@click.option("--headless", is_flag=True, help="No window, even where there is a display.")
@click.option("--json", "as_json", is_flag=True, help="With --once: print one JSON object and nothing else.")
@click.option("--gallery", metavar="DIR", type=click.Path(path_type=Path), help="Whom to enrol: PERSON/photo.jpg.")
@click.option("--clip", metavar="FILE", help="A video file instead of a camera.")
@click.option("--photos", metavar="DIR", help="Photos, rendered as people who walk up.")
@click.option("--webcam", metavar="N", type=int, help="The webcam with this number.")
@click.option(
    "--liveness",
    type=click.Choice(["off", "passive", "active", "strict"]),
    default="off",
    show_default=True,
    help="Policy against photographs; this version has `off` only, and says so on the screen.",
)
@click.option(
    "--data", metavar="DIR", type=click.Path(path_type=Path), help="Keep everything here; else it is gone at the end."
)
@click.option("--enrol-me", metavar="NAME", help="Enrol whoever stands before the webcam under this name.")
@click.option(
    "--http",
    metavar="HOST:PORT",
    help="Address of the hub's pages; without it 127.0.0.1:8080, or a free port where that one is taken.",
)
@click.option("--windowed", is_flag=True, help="A window instead of the full screen.")
def demo(
    once: bool,
    headless: bool,
    as_json: bool,
    gallery: Path | None,
    clip: str | None,
    photos: str | None,
    webcam: int | None,
    liveness: str,
    data: Path | None,
    enrol_me: str | None,
    http: str | None,
    windowed: bool,
) -> None:
    """See it work: a person before the camera becomes a line in the hub's recap.

    Without options the webcam is used where there is one, else photos that set-up has fetched. The hub's address and
    log-in are printed; Ctrl-C ends all of it.
    """
    if liveness != "off":
        raise BadInputError(f"The liveness policy `{liveness}` is not in this version; use --liveness off.")
    if as_json and not once:
        raise BadInputError("--json belongs to --once; add it.")
    if data is not None and data.exists() and not data.is_dir():
        raise BadInputError(f"{data} is a file; name a folder with --data.")

    with Ending() as ending, ExitStack() as stack:
        from cli.demo_parts import Demo, DemoWishes

        ending.check()
        folder = data or _make_folder(stack)
        wishes = DemoWishes(
            folder=folder,
            gallery=gallery,
            clip=clip,
            photos=photos,
            webcam=webcam,
            http=http,
            enrol_me=enrol_me,
            once=once,
            windowed=windowed,
            headless=headless,
            quiet=as_json,
        )
        try:
            with Demo(wishes, ending) as running:
                outcome = running.run()
        except PresensiError:
            # Who was told to end while a step failed (Ctrl-C ends pip as well) need not hear of the step.
            ending.check()
            raise
        if once and outcome is None:
            ending.check()
    if not once:
        return
    if outcome is None:
        click.echo("presensi: nobody was recognised before the input ended.", err=True)
        sys.exit(EXIT_NOT_RECOGNISED)
    if as_json:
        click.echo(json.dumps(outcome))
    else:
        click.echo(f"{outcome['employee']}: {outcome['day']['status']}, arrived {outcome['day']['arrival']}")


def _make_folder(stack: ExitStack) -> Path:
    """A folder that is gone when the stack is closed."""
    try:
        return Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="presensi-demo-", ignore_cleanup_errors=True))
        )
    except OSError as error:
        raise BadInputError(
            f"No folder can be made in {tempfile.gettempdir()}: {error.strerror}. Name one with --data."
        ) from error
