"""Where a long name may be broken into lines."""

from __future__ import annotations

import pytest

from kiosk.ui.person_name import name_text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ani", "Ani"),
        ("", ""),
        ("Siti Nurhaliza, S.Sos.", "Siti Nurhaliza, S.Sos."),
        ("Dr. Ir. H. Ahmad Yani, M.Si.", "Dr._Ir._H._Ahmad Yani, M.Si."),
        ("Dr. Hj. Siti Nurhaliza, S.Sos., M.Si.", "Dr._Hj._Siti Nurhaliza, S.Sos.,_M.Si."),
        ("R. A. Kartini", "R._A._Kartini"),
        ("M. Nur", "M._Nur"),
        ("Dr.", "Dr."),
        ("Budi, S.T., M.T., M.Eng., Ph.D., CPA.", "Budi, S.T., M.T., M.Eng., Ph.D., CPA."),
    ],
)
def test_titles_stay_with_the_name_and_degrees_with_each_other(name: str, shown: str) -> None:
    assert name_text(name).replace("\u00a0", "_") == shown
    assert name_text(name).replace("\u00a0", " ") == name
