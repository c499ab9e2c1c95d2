"""One journal, one program, one device."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.errors import JournalError
from kiosk.journal import Journal
from tests.conftest import ROOT
from tests.factories.terminal import fill, write

from .conftest import open_journal

# One program only ---------------------------------------------------------------------------------------------------


def test_second_program_on_one_journal_is_refused(journal: Journal, path: Path) -> None:
    with pytest.raises(JournalError, match="Another kiosk program"):
        open_journal(path)
    program = (
        "import sys; from pathlib import Path; from kiosk.journal import Journal;"
        "Journal(Path(sys.argv[1]), device='kiosk-1')"
    )
    child = subprocess.run(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert child.returncode != 0
    assert b"Another kiosk program" in child.stderr
    assert write(journal).seq == 1


def test_closed_journal_says_so_and_lets_the_next_one_in(path: Path) -> None:
    journal = open_journal(path)
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        write(journal)
    open_journal(path).close()


# Names --------------------------------------------------------------------------------------------------------------


def test_journal_of_another_device_is_not_opened(path: Path) -> None:
    with open_journal(path) as journal:
        fill(journal, 2)
    with pytest.raises(JournalError, match=r"'kiosk-1'.*'kiosk-2'.*old name"):
        Journal(path, device="kiosk-2", boot="boot-2")
    with open_journal(path) as journal:
        assert journal.state.queue == 2
        assert write(journal).seq == 3


def test_journal_without_rows_may_get_another_name(path: Path) -> None:
    open_journal(path).close()
    Journal(path, device="kiosk-2").close()
