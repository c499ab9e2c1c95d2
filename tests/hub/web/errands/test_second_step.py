"""Signing in with a second step: set up with a telephone, codes right and wrong, recovery codes that count once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from tests.factories.somebody import Somebody
from tests.hub.web.errands.conftest import PASSWORD

pytestmark = pytest.mark.browser

Arrive = Callable[..., Somebody]
CODE = ("Kode", "Code")


def _right(page: Somebody) -> None:
    page.sees("Selasa, 31 Maret 2026", "Tuesday, 31 March 2026")


def test_operator_sets_up_a_second_step_and_signs_in_with_it(somebody: Arrive, town: Any) -> None:
    operator = somebody("operator")
    operator.follow("Pasang verifikasi dua langkah", "Set up two-step sign-in")
    operator.fill(("Kata sandi Anda", "Your password"), PASSWORD)
    operator.look("second-step-off")
    operator.press("Pasang", "Set up")
    operator.sees("1. Pasang aplikasi autentikator", "1. Install an authenticator app")
    picture = operator.page.get_by_alt_text(operator.say(("Kode QR untuk aplikasi", "QR code for the authenticator")))
    # `decode` waits for a picture that is still on its way, and fails for one that is none.
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    operator.look("second-step-picture")
    telephone = pyotp.TOTP(operator.page.locator(".secret-key").inner_text().replace(" ", ""))
    operator.fill(CODE, "000000")
    operator.press("Sahkan", "Confirm")
    operator.sees("Kode salah, sudah dipakai, atau sudah lewat.", "This code is wrong, was used before, or is too old.")
    operator.fill(CODE, telephone.at(town.now))
    operator.press("Sahkan", "Confirm")
    operator.sees("Verifikasi dua langkah terpasang.", "Two-step sign-in is set up.")
    operator.look("recovery-codes")
    spare = operator.page.locator(".recovery-codes code").first.inner_text()
    operator.follow("Sudah saya simpan", "I have kept them")
    _right(operator)
    operator.go_out()

    operator.sign_in("operator", PASSWORD)
    operator.sees("Masukkan kode", "Enter the code")
    operator.fill(CODE, "123456")
    operator.press("Lanjutkan", "Continue")
    operator.sees("Kode salah, sudah dipakai, atau sudah lewat.", "This code is wrong, was used before, or is too old.")
    operator.look("sign-in-code")
    town.pass_time(minutes=1)
    operator.fill(CODE, telephone.at(town.now))
    operator.press("Lanjutkan", "Continue")
    _right(operator)
    operator.go_out()

    operator.sign_in("operator", PASSWORD)
    operator.fill(CODE, spare)
    operator.press("Lanjutkan", "Continue")
    _right(operator)
    operator.go_out()
    operator.sign_in("operator", PASSWORD)
    operator.fill(CODE, spare)
    operator.press("Lanjutkan", "Continue")
    operator.sees("Kode salah, sudah dipakai, atau sudah lewat.", "This code is wrong, was used before, or is too old.")
