"""A page with the curves and figures of an evaluation; everything is inside it, so that it can be mailed."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cli.evaluation_figures import MATCH_HEADINGS, OPEN_SET_HEADINGS, Figures
from contract.errors import BadInputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BARS = 200
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2430; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
p.sub { color: #5a6472; margin-top: 0; }
table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; }
th { font-size: .76rem; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #d9dee5; vertical-align: top; }
div.wide { overflow-x: auto; }
pre { background: #f2f4f7; padding: .7rem; white-space: pre-wrap; word-break: break-word; }
img { max-width: 100%; }
dt { font-weight: 600; } dd { margin: 0 0 .5rem 0; }
"""
_TERMS = (
    (
        "FMR, FNMR, TMR",
        "One to one: the share of comparisons with others that match falsely, of comparisons with one's "
        "own template that do not match, and of those that do. Photos without a face match nobody.",
    ),
    ("FPIR", "False positive identification rate: the share of strangers' photos that are given a name in a gallery."),
    (
        "FNIR",
        "False negative identification rate: the share of photos of people in the gallery that are refused, given "
        "another's name, or show no face to the detector.",
    ),
    ("In hindsight", "At the threshold that would just have held the target for the strangers FPIR is measured on."),
)


def write_report(path: Path, figures: Figures, *, command: str) -> None:
    """Draw and write the page; BadInputError when the file cannot be written."""
    page = render_report(figures, command=command, now=datetime.now().astimezone())
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"The report cannot be written to {path} ({error.strerror}); name another file.") from error


def render_report(figures: Figures, *, command: str, now: datetime) -> str:
    """The whole page; now: aware, printed as it is."""
    card, evaluation = figures.pack.card, figures.evaluation
    facts = [("Pack", card.name), ("What it is", card.title), ("Notice", " ".join(card.notice.split()))]
    facts += [(file.role, f"{file.name}, {file.licence}, SHA-256 {file.sha256}") for file in card.files]
    parts = [
        f"<h1>Error rates of the pack {html.escape(card.name)}</h1>",
        '<p class="sub">Tingkat kesalahan pengenalan wajah, menurut istilah ISO/IEC 19795-1</p>',
        f"<p>{now:%Y-%m-%d %H:%M %Z}</p><pre>{html.escape(command)}</pre>",
        "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in figures.summary()) + "</ul>",
        "<h2>One to one</h2>",
        _table(MATCH_HEADINGS, figures.match_rows()),
        _picture(_draw_verification(figures), "FNMR by FMR, and how often which score occurred"),
        "<h2>Against a gallery, with strangers (open set)</h2>",
    ]
    if evaluation.open_set:
        parts.append(_table(OPEN_SET_HEADINGS, figures.open_set_rows()))
        parts.append(_picture(_draw_open_set(figures), "FNIR by FPIR for each size of gallery"))
    else:
        parts.append("<p>Not measured: too few strangers, or too few people for the galleries that were asked for.</p>")
    parts += ["<h2>Terms</h2>", _definitions(_TERMS), "<h2>The pack</h2>", _definitions(facts)]
    if figures.embedded.unreadable:
        names = ", ".join(str(path) for path in figures.embedded.unreadable)
        parts.append(f"<h2>Files that were no pictures</h2><p>{html.escape(names)}</p>")
    title = f"<title>Presensi: error rates of {html.escape(card.name)}</title>"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{title}<style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>' + "\n".join(parts) + "</body></html>\n"


def _draw_verification(figures: Figures) -> Figure:
    """The DET curve and the histograms of scores, side by side."""
    verification = figures.evaluation.verification
    figure = _new_figure()
    det, scores = figure.subplots(1, 2)
    fmr, fnmr = verification.impostor.reaching(), 1 - verification.genuine.reaching()
    shown = (fmr > 0) & (fnmr > 0)  # a logarithmic axis has no nought
    det.plot(fmr[shown], fnmr[shown])
    floor = 1 / max(1, verification.impostor_comparisons)
    _as_det(det, "FMR", "FNMR", left=floor, bottom=1 / max(1, verification.genuine.comparisons))
    for counts, label in ((verification.impostor, "other people"), (verification.genuine, "the same person")):
        heights, edges = counts.coarse(_BARS)
        scores.stairs(heights / max(1, counts.comparisons) * _BARS / 2, edges, label=label, fill=True, alpha=0.5)
        scores.set_xlim(-0.3, 1)
    for rate in verification.rates:
        if rate.threshold is not None:
            scores.axvline(rate.threshold, color="#5a6472", linewidth=0.8, linestyle=":")
    scores.set(xlabel="cosine (dotted: thresholds of the table)", ylabel="density")
    scores.legend(frameon=False)
    return figure


def _draw_open_set(figures: Figures) -> Figure:
    """One DET curve for each size of gallery, and the measured points."""
    figure = _new_figure()
    axes = figure.subplots()
    lowest = 1.0
    for curve in figures.evaluation.curves:
        shown = (curve.fpir > 0) & (curve.fnir > 0)
        (line,) = axes.plot(curve.fpir[shown], curve.fnir[shown], label=f"{curve.gallery} people, all strangers")
        points = [rates for rates in figures.evaluation.open_set if rates.gallery == curve.gallery]
        lowest = min([lowest, *(1 / rates.searches for rates in points)])
        at = [(rates.fpir, rates.fnir) for rates in points if rates.fpir > 0 and rates.fnir > 0]
        if at:
            axes.plot(*zip(*at, strict=True), "o", color=line.get_color(), label=f"{curve.gallery}: at its thresholds")
    _as_det(axes, "FPIR", "FNIR", left=lowest, bottom=1e-3)
    axes.legend(frameon=False)
    return figure


def _new_figure() -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(10, 4.2), layout="constrained")


def _as_det(axes: Axes, x: str, y: str, *, left: float, bottom: float) -> None:
    axes.set(xscale="log", yscale="log", xlabel=x, ylabel=y)
    axes.set_xlim(min(left, 0.1), 1)
    axes.set_ylim(min(bottom, 0.1), 1)
    axes.grid(visible=True, which="major", alpha=0.35)
    # Without these words a faultless pack would look like a page that failed.
    if not any(len(np.asarray(line.get_xdata())) for line in axes.get_lines()):
        words = f"at no threshold shown do {x} and {y} both differ from 0"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", color="#5a6472")


def _picture(figure: Figure, words: str) -> str:
    """The drawing as a part of the page; as an image, so that two drawings' names inside cannot clash."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    content = base64.b64encode(drawn.getvalue()).decode("ascii")
    return f'<p><img alt="{html.escape(words)}" src="data:image/svg+xml;base64,{content}"></p>'


def _table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _definitions(pairs: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{html.escape(a)}</dt><dd>{html.escape(b)}</dd>" for a, b in pairs) + "</dl>"
