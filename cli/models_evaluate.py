"""`presensi models evaluate`: how well a pack does on photos that anybody may choose."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cli.commands import LoneCommand
from cli.tables import show_json
from contract.errors import BadInputError

if TYPE_CHECKING:
    from cli.evaluation_figures import Figures
    from kiosk.recognizer.evaluation.dataset import EmbeddedPhotos, LabelledPhoto
    from kiosk.recognizer.packs.pack import Pack

_MOST_NAMED = 5
_ROUGH_STRANGERS = 100
"""With fewer strangers than this, a threshold for one in a hundred rests on next to nobody."""


class _Sizes(click.ParamType[tuple[int, ...]]):
    """Numbers of people, as in 50,100."""

    name = "N,N,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            sizes = tuple(dict.fromkeys(int(part) for part in str(value).split(",")))
        except ValueError:
            self.fail(f"{value!r} is no list of numbers such as 50,100.", param, ctx)
        if min(sizes) < 1:
            self.fail("a gallery holds at least one person.", param, ctx)
        return sizes


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi models evaluate --pack standard --dataset faces/ --report report.html\n\n"
    "  presensi models evaluate --dataset staff/ --strangers passers-by/ --gallery-size 30 --json\n\n"
    "  presensi models evaluate --dataset office/ --by-session '^[0-9]+_[0-9]+_[0-9]+_([0-9]+)_' --json",
)
@click.option("--pack", "pack_name", default="builtin", show_default=True, help="See: presensi models list")
@click.option("--dataset", type=click.Path(path_type=Path), required=True, help="A folder of PERSON/photo.jpg.")
@click.option(
    "--strangers", type=click.Path(path_type=Path), help="Another such folder, of people who are never enrolled."
)
@click.option("--gallery-size", "sizes", type=_Sizes(), default=(50, 100), show_default="50,100", help="People.")
@click.option("--enrol", type=click.IntRange(min=1), default=5, show_default=True, help="Photos in a template.")
@click.option("--by-session", metavar="REGEX", help="Its first group is the session in a file's name.")
@click.option("--galleries", type=click.IntRange(min=20), default=20, show_default=True, help="Random ones, each size.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same seed, the same draws.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with curves there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; docs/accuracy.md explains it.")
@click.pass_context
def evaluate(
    context: click.Context,
    pack_name: str,
    dataset: Path,
    strangers: Path | None,
    sizes: tuple[int, ...],
    enrol: int,
    by_session: str | None,
    galleries: int,
    seed: int,
    report: Path | None,
    as_json: bool,
) -> None:
    """Measure a pack's error rates on labelled photos, in the terms of ISO/IEC 19795-1.

    People with more than --enrol photos enrol; all others, and everybody in --strangers, are strangers. One half of
    them sets the threshold, the other tests it. Of each photo the face nearest the centre is taken; a photo without a
    face is a refusal. With --by-session people enrol in one session and are recognised in the others.
    """
    import numpy as np

    from cli.evaluation_figures import Figures
    from kiosk.recognizer.evaluation.dataset import to_samples
    from kiosk.recognizer.evaluation.enrolment_draw import assign_roles
    from kiosk.recognizer.evaluation.performance import EvaluationPlan
    from kiosk.recognizer.evaluation.performance import evaluate as measure
    from kiosk.recognizer.packs.pack import open_pack

    if report is not None:
        _check_report(report)
    plan = EvaluationPlan(enrol=enrol, galleries=sizes, draws=galleries, seed=seed)
    photos, outsiders = _choose_photos(dataset, strangers, by_session)
    # Before the long work, what it could only end in: as if every photo showed a face.
    assign_roles(to_samples(photos, np.ones((len(photos), 1), np.float32), outsiders=outsiders), enrol=enrol)
    pack = open_pack(pack_name)
    embedded = _embed(pack, photos)
    samples = to_samples(embedded.photos, embedded.embeddings, outsiders=outsiders)
    figures = Figures(pack, embedded, samples, plan, measure(samples, plan))
    _warn(figures)
    if report is not None:
        from cli.evaluation_report import write_report

        write_report(report, figures, command=_as_typed(context))
        click.echo(f"Written: {report}", err=True)
    if as_json:
        show_json(figures.as_json())
    else:
        figures.tell()


def _choose_photos(
    dataset: Path, strangers: Path | None, by_session: str | None
) -> tuple[list[LabelledPhoto], frozenset[str]]:
    """All photos, and the names of those who are never enrolled."""
    from kiosk.recognizer.evaluation.dataset import compile_session, list_labelled, split_sessions

    photos = list_labelled(dataset)
    if by_session is not None:
        photos, untold = split_sessions(photos, compile_session(by_session))
        if untold:
            _say(f"left out: {_named([photo.path for photo in untold])}, whose names have no session")
    if strangers is None:
        return photos, frozenset()
    known = {photo.person for photo in photos}
    others = list_labelled(strangers)
    both = {photo.person for photo in others} & known
    if both:
        _say(f"left out as strangers, because they stand in both folders: {_named(sorted(both))}")
    others = [photo for photo in others if photo.person not in known]
    return photos + others, frozenset(photo.person for photo in others)


def _embed(pack: Pack, photos: list[LabelledPhoto]) -> EmbeddedPhotos:
    """Embed on one core, with a bar on stderr."""
    import cv2

    from kiosk.recognizer.evaluation.dataset import embed_photos

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with click.progressbar(
            photos, label=f"Embedding with {pack.name}", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            return embed_photos(pack, bar)
    finally:
        cv2.setNumThreads(threads)


def _check_report(report: Path) -> None:
    """Complain before the long work about what its report would founder on."""
    if importlib.util.find_spec("matplotlib") is None:
        raise BadInputError(
            "A report needs the package matplotlib, which is not installed: pip install 'presensi[report]'."
        )
    if not report.absolute().parent.is_dir():
        raise BadInputError(f"There is no folder {report.absolute().parent} for the report; make it first.")


def _warn(figures: Figures) -> None:
    """Say on stderr what the figures leave out or rest weakly on."""
    from cli.evaluation_figures import fmr_key

    evaluation, embedded = figures.evaluation, figures.embedded
    roles = evaluation.roles
    if embedded.unreadable:
        _say(f"no pictures: {_named(embedded.unreadable)}")
    if roles.failed_to_enrol:
        _say(f"{len(roles.failed_to_enrol)} people could not enrol: too few of their photos show a face")
    for size in evaluation.too_large:
        _say(f"gallery of {size} skipped: only {len(roles.staff)} people can be enrolled")
    if len(roles.strangers) < 2:
        _say("no open set: it takes two strangers or more, people with too few photos or those of --strangers")
    elif evaluation.open_set and len(roles.strangers) < _ROUGH_STRANGERS:
        _say(f"only {len(roles.strangers)} strangers: thresholds and rates of the open set are rough")
    rough = [fmr_key(rate) for rate in evaluation.verification.rates if rate.rough]
    if rough:
        few = evaluation.verification.impostor_comparisons
        _say(f"TMR at FMR {', '.join(rough)} is rough or unknown: one draw has {few:,} comparisons with others")


def _as_typed(context: click.Context) -> str:
    """The command with the options that were given."""
    words = ["presensi", "models", "evaluate"]
    for parameter in context.command.params:
        name = parameter.name or ""
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            value = context.params[name]
            words.append(max(parameter.opts, key=len))
            if value is not True:
                words.append(",".join(map(str, value)) if isinstance(value, tuple) else str(value))
    return shlex.join(words)


def _named(paths: Sequence[object]) -> str:
    """The first few, and how many more."""
    more = f" and {len(paths) - _MOST_NAMED:,} more" if len(paths) > _MOST_NAMED else ""
    return ", ".join(map(str, paths[:_MOST_NAMED])) + more


def _say(words: str) -> None:
    click.echo(f"presensi: {words}.", err=True)
