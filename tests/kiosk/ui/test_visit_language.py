"""The language of a visit."""

from __future__ import annotations

from datetime import UTC, datetime

from kiosk.states import Accepted, Approach, Idle
from kiosk.ui.visit_language import REST_SECONDS, VisitLanguage

TAKEN = datetime(2026, 11, 23, tzinfo=UTC)


def test_touch_changes_to_the_other_language_and_back() -> None:
    visit = VisitLanguage("id")
    visit.switch(1.0)
    assert visit.language == "en"
    visit.switch(2.0)
    assert visit.language == "id"


def test_language_chosen_at_rest_waits_for_whoever_chose_it() -> None:
    visit = VisitLanguage("id")
    visit.see(Idle(), None, 100.0)
    visit.switch(200.0)
    visit.see(Idle(), None, 200.0 + REST_SECONDS - 1)
    assert visit.language == "en"
    visit.see(Idle(), None, 200.0 + REST_SECONDS)
    assert visit.language == "id"


def test_language_stays_while_somebody_is_served_however_long() -> None:
    visit = VisitLanguage("en")
    visit.see(Approach("nearer"), None, 1.0)
    visit.switch(1.0)
    visit.see(Accepted("p-1", TAKEN, 9.0), "Budi", 500.0)
    visit.see(Idle(), None, 501.0)
    visit.see(Idle(), None, 502.0)
    assert visit.language == "id"
    visit.see(Idle(), None, 501.0 + REST_SECONDS)
    assert visit.language == "en"


def test_next_person_is_spoken_to_in_the_kiosks_own_language() -> None:
    visit = VisitLanguage("id")
    visit.see(Accepted("p-1", TAKEN, 9.0), "Budi", 1.0)
    visit.switch(2.0)
    visit.see(Accepted("p-1", TAKEN, 9.0), "Budi", 3.0)
    assert visit.language == "en"
    visit.see(Accepted("p-2", TAKEN, 9.0), "Siti", 4.0)
    assert visit.language == "id"
