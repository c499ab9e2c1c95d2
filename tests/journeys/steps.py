"""Named steps of a punch on its way, and a process that kills itself at one of them: for tests only.

The real methods are wrapped, so that the product needs no hooks. `KILL_AT=step:n` in the environment lets the process
end by SIGKILL when the step is reached for the n-th time: no handler runs, no buffer is flushed by Python.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any, Final

KILL_AT: Final = "PRESENSI_TEST_KILL_AT"

NOW: Final = "PRESENSI_TEST_NOW"
"""Where it is in the environment, a hub takes the time of day from it, which then stands still."""

KIOSK_STEPS: Final = (
    "append.begun",
    "append.before_commit",
    "append.committed",
    "append.returned",
    "publish.before",
    "publish.after",
    "settle.begun",
    "settle.before_commit",
    "settle.committed",
    "settle.returned",
)
HUB_STEPS: Final = ("record.begun", "record.before_commit", "record.committed", "receipt.before", "receipt.after")
ENROLMENT_STEPS: Final = (
    "parts.begun",
    "parts.before_commit",
    "parts.committed",
    "look.claimed",
    "look.kept",
    "look.before_commit",
    "look.committed",
)
"""Of a hub that takes in an enrolment from a kiosk and looks at it."""
DEED_STEPS: Final = ("deed.before_commit", "deed.committed")
"""Of a request to the hub that writes: its entry in the trail is added, and both stand; nothing is answered yet."""

REMINDER_STEPS: Final = (
    "plan.begun",
    "plan.before_commit",
    "plan.committed",
    "send.claimed",
    "send.answered",
    "send.committed",
)
"""Of a hub that writes reminders down and hands them to a gateway."""

_within = threading.local()


class Fuse:
    """Kills this process when `step` is reached for the `occurrence`-th time."""

    def __init__(self, step: str, occurrence: int) -> None:
        self._step = step
        self._left = occurrence
        self._lock = threading.Lock()

    def reach(self, step: str) -> None:
        with self._lock:
            if step != self._step:
                return
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def _fuse() -> Fuse | None:
    wish = os.environ.get(KILL_AT)
    if not wish:
        return None
    step, _, occurrence = wish.partition(":")
    if step not in KIOSK_STEPS + HUB_STEPS + ENROLMENT_STEPS + DEED_STEPS + REMINDER_STEPS:
        raise ValueError(f"there is no step {step}")
    return Fuse(step, int(occurrence))


def _wrap(owner: Any, name: str, around: Callable[..., Any]) -> None:
    original = getattr(owner, name)
    setattr(owner, name, lambda *args, **keywords: around(original, *args, **keywords))


def arm_kiosk() -> None:
    """Watch the steps of a kiosk: committing a punch, publishing it, applying the receipt."""
    fuse = _fuse()
    if fuse is None:
        return
    from kiosk.journal import Journal
    from kiosk.journal_file import JournalFile

    def within(what: str) -> Callable[..., Any]:
        def around(original: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
            fuse.reach(f"{what}.begun")
            _within.what = what
            try:
                answer = original(*args, **keywords)
            finally:
                _within.what = None
            fuse.reach(f"{what}.returned")
            return answer

        return around

    def change(original: Callable[..., Any], file: JournalFile, statement: str, *values: Any) -> Any:
        what = getattr(_within, "what", None) if statement == "COMMIT" else None
        if what is not None:
            fuse.reach(f"{what}.before_commit")
        answer = original(file, statement, *values)
        if what is not None:
            fuse.reach(f"{what}.committed")
        return answer

    _wrap(Journal, "append", within("append"))
    _wrap(Journal, "settle", within("settle"))
    _wrap(JournalFile, "change", change)
    _watch_publishing(fuse, "publish", "/punch")


def arm_hub() -> None:
    """Watch the steps of ingest: taking a group, committing it, publishing what may be said then; and of enrolment."""
    _freeze()
    fuse = _fuse()
    if fuse is None:
        return
    _watch_enrolments(fuse)
    _watch_deeds(fuse)
    _watch_reminders(fuse)
    from hub.ingest import recorder

    def record(original: Callable[..., Any], *args: Any) -> Any:
        fuse.reach("record.begun")
        return original(*args)

    def store(original: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        answers = original(*args, **keywords)
        if answers:
            fuse.reach("record.before_commit")
        return answers

    def store_group(original: Callable[..., Any], *args: Any) -> Any:
        answers = original(*args)
        if answers:
            fuse.reach("record.committed")
        return answers

    _wrap(recorder.Recorder, "record", record)
    _wrap(recorder.Recorder, "_store", store_group)
    _wrap(recorder, "store", store)
    _watch_publishing(fuse, "receipt", "/receipt")


def _watch_enrolments(fuse: Fuse) -> None:
    from hub.ingest.enrolment_desk import EnrolmentDesk
    from hub.ingest.enrolments import EnrolmentRecorder
    from hub.roster import kiosk_enroller

    def before(step: str) -> Callable[..., Any]:
        def around(original: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
            fuse.reach(step)
            return original(*args, **keywords)

        return around

    def after(step: str) -> Callable[..., Any]:
        def around(original: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
            answer = original(*args, **keywords)
            fuse.reach(step)
            return answer

        return around

    _wrap(EnrolmentRecorder, "record", before("parts.begun"))
    _wrap(EnrolmentDesk, "take", after("parts.before_commit"))
    _wrap(EnrolmentRecorder, "record", after("parts.committed"))
    _wrap(kiosk_enroller, "claim_next", after("look.claimed"))
    _wrap(kiosk_enroller.KioskEnroller, "_keep", after("look.kept"))
    _wrap(kiosk_enroller, "propose", after("look.before_commit"))
    _wrap(kiosk_enroller.KioskEnroller, "_propose", after("look.committed"))


def _watch_deeds(fuse: Fuse) -> None:
    from hub.web.watch import Watch

    def added(original: Callable[..., Any], watch: Watch, *args: Any) -> None:
        before = watch._in_hand
        original(watch, *args)
        if watch._in_hand and not before:
            fuse.reach("deed.before_commit")

    def stands(original: Callable[..., Any], watch: Watch) -> None:
        if watch._in_hand:
            fuse.reach("deed.committed")
        original(watch)

    _wrap(Watch, "before_commit", added)
    _wrap(Watch, "after_commit", stands)


def _watch_reminders(fuse: Fuse) -> None:
    from sqlalchemy import Engine, event

    from hub.outbox import courier
    from hub.reminders import planner, sending

    def plan(original: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        fuse.reach("plan.begun")
        _within.what = "plan"
        try:
            written = original(*args, **keywords)
        finally:
            _within.what = None
        if written:
            fuse.reach("plan.committed")
        return written

    def commit(_connection: object) -> None:
        if getattr(_within, "what", None) == "plan":
            fuse.reach("plan.before_commit")

    def attempt(original: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        fuse.reach("send.claimed")
        answer = original(*args, **keywords)
        fuse.reach("send.answered")
        return answer

    def settle(original: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        answer = original(*args, **keywords)
        fuse.reach("send.committed")
        return answer

    _wrap(planner.SessionPlanner, "step", plan)
    event.listen(Engine, "commit", commit)
    _wrap(sending.ReminderSender, "__call__", attempt)
    _wrap(courier.Courier, "_settle", settle)


def _freeze() -> None:
    """Stop the clock on the wall; what waits goes by another one."""
    moment = os.environ.get(NOW)
    if not moment:
        return
    frozen = datetime.fromisoformat(moment)
    import hub.service  # noqa: F401 - with everything that a hub runs

    class Kind(type):
        def __instancecheck__(cls, thing: object) -> bool:
            return isinstance(thing, datetime)

    class Stopped(datetime, metaclass=Kind):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return frozen.astimezone(tz)

    for name, module in list(sys.modules.items()):
        if name.startswith("hub.") and getattr(module, "datetime", None) is datetime:
            module.datetime = Stopped  # type: ignore[attr-defined]


def _watch_publishing(fuse: Fuse, name: str, topic_end: str) -> None:
    from contract.mqtt import MqttTransport

    def publish(original: Callable[..., Any], transport: MqttTransport, topic: str, *args: Any, **keywords: Any) -> Any:
        if not topic.endswith(topic_end):
            return original(transport, topic, *args, **keywords)
        fuse.reach(f"{name}.before")
        answer = original(transport, topic, *args, **keywords)
        fuse.reach(f"{name}.after")
        return answer

    _wrap(MqttTransport, "publish", publish)
