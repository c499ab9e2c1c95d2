"""Lines of facts for an operator: how the kiosk is, what recognition measures, where enrolments are. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.operator import screens as s
from kiosk.ui.alarm_words import alarm_text
from kiosk.ui.operator_words import OperatorWords
from kiosk.ui.phrases import Language, Phrases, number_text
from kiosk.ui.view import FactView

MOST_STANDINGS = 8


def device_facts(facts: Sequence[s.Fact], words: OperatorWords, language: Language) -> tuple[FactView, ...]:
    """How the kiosk is."""
    lines = []
    for each in facts:
        if each.name == "alarms" and each.bad:
            lines.append(FactView(alarm_text(each.text, words.alarms), "", bad=True))
            continue
        said = [part for part in (words.codes[each.code] if each.code else "", _text(each, words, language)) if part]
        lines.append(FactView(words.facts[each.name], " \u00b7 ".join(said), bad=each.bad))
    return tuple(lines)


def _text(fact: s.Fact, words: OperatorWords, language: Language) -> str:
    match fact.name:
        case "camera" if fact.text:
            return words.restarts.format(count=fact.text)
        case "storage":
            disk, *heat = (fact.text.replace(".", ",") if language == "id" else fact.text).split(" \u00b7 ")
            return " \u00b7 ".join((words.room.format(size=disk), *heat))
        case "queue" if not fact.code:
            return words.rows.format(count=fact.text)
        case _:
            return fact.text


def standing_facts(standings: Sequence[s.Standing], words: OperatorWords) -> tuple[FactView, ...]:
    """Where enrolments are, the newest first."""
    if not standings:
        return (FactView(words.none, ""),)
    return tuple(
        FactView(each.name or words.unnamed, _standing(each, words), bad=each.lost or each.outcome == "refused")
        for each in standings[:MOST_STANDINGS]
    )


def _standing(standing: s.Standing, words: OperatorWords) -> str:
    if standing.lost:
        return words.codes["lost"]
    match standing.outcome:
        case None | "receiving":
            return words.codes["sending"].format(sent=standing.sent, parts=standing.parts)
        case "refused":
            return f"{words.codes['refused']}: {standing.reason}" if standing.reason else words.codes["refused"]
        case _:
            return words.codes[standing.outcome]


def part_results(done: Sequence[s.Trial], words: OperatorWords) -> tuple[FactView, ...]:
    """What was said of the parts that were tried."""
    return tuple(
        FactView(words.parts[each.part], words.codes["fine" if each.fine else "failed"], bad=not each.fine)
        for each in done
    )


def reading_facts(
    reading: s.Reading | None, words: OperatorWords, phrases: Phrases, language: Language
) -> tuple[FactView, ...]:
    """What recognition measures of one frame."""

    def said(number: float, decimals: int) -> str:
        return number_text(number, language, decimals=decimals)

    named = words.reading
    if reading is None:
        return (FactView(words.nobody_there, ""),)
    pitch = f"{reading.pitch:+.0f}\u00b0" if reading.pitch is not None else "\u2013"
    fault = reading.fault
    margin = "\u2013" if reading.margin is None else f"{said(reading.margin, 3)} / {said(reading.least_margin, 3)}"
    quality = getattr(phrases.states, f"approach_{fault}").headline if fault is not None else words.codes["ok"]
    layers = [
        FactView(
            getattr(named, each.name),
            words.codes[each.verdict] + (f" \u00b7 {said(each.score, 2)}" if each.score is not None else ""),
            bad=each.verdict in ("attack", "closed"),
        )
        for each in reading.layers
    ] or [FactView(named.layers, "\u2013")]
    if reading.number:
        asked = getattr(phrases.states, f"challenge_{reading.step or 'ahead'}").headline
        layers = [FactView(named.challenge, f"{asked} ({reading.number}/{reading.of})")]
    return (
        FactView(
            named.agreed if reading.agreed else named.not_agreed, reading.name or "\u2013", bad=not reading.agreed
        ),
        FactView(
            named.similarity,
            f"{said(reading.similarity, 3)} / {said(reading.threshold, 3)}",
            bad=reading.similarity < reading.threshold,
        ),
        FactView(named.margin, margin, bad=reading.margin is not None and reading.margin < reading.least_margin),
        FactView(named.usability, quality, bad=fault is not None),
        FactView(named.eyes, f"{reading.eye_distance:.0f} px"),
        FactView(named.pose, f"{reading.yaw:+.0f}\u00b0 / {pitch}"),
        FactView(
            named.sharpness, f"{said(reading.sharpness, 2)} / {said(reading.light, 0)} / {said(reading.weight, 2)}"
        ),
        *layers,
    )
