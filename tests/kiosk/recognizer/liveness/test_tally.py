from kiosk.recognizer.liveness.tally import RefusalTally


def test_tally_bars_after_the_last_try_and_not_before():
    tally = RefusalTally(most_attempts=3)
    assert [tally.note("ana", at) for at in (1.0, 2.0)] == [1, 2]
    assert not tally.barred("ana", 2.0)
    assert tally.note("ana", 3.0) == 3
    assert tally.barred("ana", 3.0)


def test_tally_counts_each_person_alone():
    tally = RefusalTally(most_attempts=1)
    tally.note("ana", 1.0)
    assert not tally.barred("budi", 1.0)


def test_bar_ends_and_counting_begins_anew():
    tally = RefusalTally(most_attempts=2, within_seconds=50.0, barred_seconds=100.0)
    tally.note("ana", 0.0)
    tally.note("ana", 10.0)
    assert tally.barred("ana", 109.0)
    assert not tally.barred("ana", 110.0)
    assert tally.note("ana", 111.0) == 1


def test_bar_that_has_ended_is_not_met_at_once_again():
    tally = RefusalTally(most_attempts=2, within_seconds=500.0, barred_seconds=100.0)
    tally.note("ana", 0.0)
    tally.note("ana", 1.0)
    assert not tally.barred("ana", 102.0)
    tally.note("ana", 103.0)
    assert tally.barred("ana", 104.0)


def test_proof_of_life_clears_what_was_counted():
    tally = RefusalTally(most_attempts=2)
    tally.note("ana", 1.0)
    tally.clear("ana")
    assert tally.note("ana", 2.0) == 1
