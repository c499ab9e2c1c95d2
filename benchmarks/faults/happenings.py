"""What happens in a world: people punch, things go wrong, and are well again."""

from __future__ import annotations

import heapq
import shutil
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from benchmarks.faults.network import Weather
from benchmarks.faults.plan import DAY, Fault, FaultKind, PlannedPunch
from benchmarks.faults.points import Killed
from benchmarks.faults.world import Happening, Healed, Restart, World

STORM: Final = Weather(loss=0.6, duplication=0.5, delay_seconds=40.0)
REBOOT_SECONDS: Final = 30.0


def run(world: World) -> None:
    """Let everything happen that is planned, and every night what happens every night."""
    nights = 1
    while world.agenda:
        at, _, happening = heapq.heappop(world.agenda)
        while at > nights * DAY:
            world.let_pass(nights * DAY)
            world.sweep()
            nights += 1
        world.let_pass(at)
        _meet(world, happening)


def _meet(world: World, happening: Happening) -> None:
    match happening:
        case PlannedPunch():
            _take(world, happening)
        case Restart(terminal=None):
            world.start_hub()
        case Restart(terminal=int(number)):
            world.start_terminal(number)
        case Healed(fault):
            _HEAL[fault.kind](world, fault)
        case Fault():
            _STRIKE[happening.kind](world, happening)
            if happening.kind in _HEAL:
                world.schedule(world.time.seconds + happening.seconds, Healed(happening))


def _take(world: World, planned: PlannedPunch) -> None:
    device = f"kiosk-{planned.kiosk + 1}"
    number = world.chance.choice([number for number, each in enumerate(world.terminals) if each.device == device])
    try:
        world.terminals[number].punch(planned.person, world.time.now)
    except Killed:
        world.end_terminal(number, restart_after=world.pause())


# Ends ---------------------------------------------------------------------------------------------------------------


def _arm(world: World, fault: Fault) -> None:
    world.points.arm(fault.point, fault.times)
    if fault.point.startswith("worker"):
        world.assess()


def _cut_power(world: World, fault: Fault) -> None:
    world.end_terminal(fault.kiosk, restart_after=REBOOT_SECONDS)
    clock = world.terminals[fault.kiosk].clock
    clock.reboot()
    if fault.kind == "no_battery":
        clock.wake_without_battery()


def _restore(world: World, _fault: Fault) -> None:
    """The hub goes on from its copy; what cards brought that are gone since cannot be brought again."""
    if not world.office.store.has_backup:
        return
    world.look()
    world.end_hub(restart_after=None)
    world.office.store.restore()
    places = world.office.places()
    for card in world.gone:
        world.ledger.excused |= world.ledger.of_card(card) - places


def _back_up(world: World, _fault: Fault) -> None:
    world.look()
    world.office.store.back_up()


def _end_hub(world: World, _fault: Fault) -> None:
    world.end_hub(restart_after=None)


def _start_hub(world: World, _fault: Fault) -> None:
    world.start_hub()


# Cards --------------------------------------------------------------------------------------------------------------


def _reimage(world: World, fault: Fault) -> None:
    """Another card, and nothing of the old one can be read; the key was kept."""
    terminal = world.terminals[fault.kiosk]
    world.look()
    terminal.end_suddenly()
    world.gone.add(terminal.card)
    world.ledger.excused |= world.ledger.of_card(terminal.card) - world.office.places()
    shutil.rmtree(terminal.folder)
    terminal.folder.mkdir()
    terminal.card += "'"
    terminal.clock.reboot()
    world.start_terminal(fault.kiosk)


def _clone(world: World, fault: Fault) -> None:
    """A copy of the card is started in another machine, and both go on."""
    terminal = world.terminals[fault.kiosk]
    terminal.end_suddenly()
    card = f"{terminal.card}-copy{len(world.terminals)}"
    terminal.copy_card(world.folder / card)
    terminal.clock.reboot()
    world.start_terminal(fault.kiosk)
    world.add_terminal(terminal.device, card)


def _fill_disk(world: World, fault: Fault) -> None:
    world.terminals[fault.kiosk].disk.full = True


def _free_disk(world: World, fault: Fault) -> None:
    world.terminals[fault.kiosk].disk.full = False


def _lock(world: World, _fault: Fault) -> None:
    world.office.lock(locked=True)


def _unlock(world: World, _fault: Fault) -> None:
    world.office.lock(locked=False)


# Clocks -------------------------------------------------------------------------------------------------------------


def _set_wrong(world: World, fault: Fault) -> None:
    clock = world.terminals[fault.kiosk].clock
    clock.off, clock.source = timedelta(days=365 if fault.forward else -365), "free"


def _set_right(world: World, fault: Fault) -> None:
    world.terminals[fault.kiosk].clock.set_by_network()


# Lines --------------------------------------------------------------------------------------------------------------


def _cut_off(world: World, fault: Fault) -> None:
    terminal = world.terminals[fault.kiosk]
    terminal.reachable = False
    if terminal.end is not None:
        terminal.end.reachable = False
        terminal.end.drop("no way to the broker")


def _join(world: World, fault: Fault) -> None:
    terminal = world.terminals[fault.kiosk]
    terminal.reachable = True
    if terminal.end is not None:
        terminal.end.reachable = True
        terminal.end.reconnect()


def _silence(world: World, fault: Fault) -> None:
    end = world.terminals[fault.kiosk].end
    if end is not None:
        end.half_open = True


def _notice_silence(world: World, fault: Fault) -> None:
    end = world.terminals[fault.kiosk].end
    if end is not None and end.half_open:
        end.half_open = False
        end.drop("the line was dead")
        end.reconnect()


def _stop_broker(world: World, _fault: Fault) -> None:
    world.network.go_down()


def _start_broker(world: World, _fault: Fault) -> None:
    world.network.come_up()


def _storm(world: World, _fault: Fault) -> None:
    world.network.weather = STORM


def _calm(world: World, _fault: Fault) -> None:
    world.network.weather = world.plan.weather


# Mischief -----------------------------------------------------------------------------------------------------------


def _play_back(world: World, fault: Fault) -> None:
    world.mischief.play_back(fault.times)


def _forge(world: World, fault: Fault) -> None:
    terminal = world.terminals[fault.kiosk]
    if terminal.journal is not None:
        devices = sorted({each.device for each in world.terminals})
        world.mischief.forge(terminal.device, terminal.journal.state.epoch, devices, fault.times)


def _poison(world: World, fault: Fault) -> None:
    world.mischief.poison(world.terminals[fault.kiosk].device, fault.times)


def _poison_row(world: World, fault: Fault) -> None:
    """A row that its kiosk signed, and that the hub must set aside: no camera gave the picture."""
    try:
        world.terminals[fault.kiosk].punch("person-0", world.time.now, source="photo")
    except Killed:
        world.end_terminal(fault.kiosk, restart_after=world.pause())


_Deed = Callable[[World, Fault], None]
_STRIKE: Final[dict[FaultKind, _Deed]] = {
    "kill": _arm,
    "power": _cut_power,
    "no_battery": _cut_power,
    "partition": _cut_off,
    "offline": _cut_off,
    "half_open": _silence,
    "broker_down": _stop_broker,
    "hub_down": _end_hub,
    "disk_full": _fill_disk,
    "database_locked": _lock,
    "clock_jump": _set_wrong,
    "backup": _back_up,
    "restore": _restore,
    "reimaged": _reimage,
    "cloned": _clone,
    "replay": _play_back,
    "forgery": _forge,
    "poison": _poison,
    "poison_row": _poison_row,
    "storm": _storm,
}
_HEAL: Final[dict[FaultKind, _Deed]] = {
    "no_battery": _set_right,
    "partition": _join,
    "offline": _join,
    "half_open": _notice_silence,
    "broker_down": _start_broker,
    "hub_down": _start_hub,
    "disk_full": _free_disk,
    "database_locked": _unlock,
    "clock_jump": _set_right,
    "restore": _start_hub,
    "storm": _calm,
}
