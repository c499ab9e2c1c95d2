"""The `presensi` command. Each group is imported only when it is called."""

from __future__ import annotations

import os

import click

from cli.commands import LazyCommands, log_to_stderr


@click.group(
    cls=LazyCommands,
    lazy={
        "demo": ("cli.demo:demo", "demo", "The whole product on this machine: kiosk, broker and hub."),
        "kiosk": ("cli.kiosk:kiosk", "kiosk", "The terminal: run it, look into its journal."),
        "hub": ("cli.hub:hub", "hub", "The server: run it, enrol people, pull recaps."),
        "models": ("cli.models:models", "models", "Recognition packs: which are here, and whether they are whole."),
        "provision": ("cli.provision:provision", "provision", "Make a bare machine a trusted kiosk."),
        "bench": ("cli.bench:bench", "dev", "Measure this machine: recognition, walk-up."),
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with: presensi demo",
)
@click.version_option(package_name="presensi")
@click.option("--verbose", is_flag=True, help="Tell on stderr what is going on.")
def main(verbose: bool) -> None:
    """Presensi: face-scan attendance for government offices."""
    # OpenCV's own warnings repeat what our errors say; capture processes inherit this too.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "DEBUG" if verbose else "ERROR")
    log_to_stderr(verbose=verbose)
