"""No page keeps somebody out: axe-core finds nothing serious, at a desk and on a telephone, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hub.web.guard import SESSION_COOKIE
from tests.factories.axe import axe_script, violations
from tests.factories.chromium import Chromium, find_chromium

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    axe_script()
    with Chromium(program) as browser:
        yield browser


@pytest.mark.parametrize(("language", "width", "mobile"), [("id", 1280, False), ("en", 390, True)])
def test_pages_have_no_serious_violation(
    chromium: Chromium, admin: Any, page_paths: list[str], language: str, width: int, mobile: bool
) -> None:
    hub = f"http://127.0.0.1:{admin.port}"
    for name, content in ((SESSION_COOKIE, admin.cookies[SESSION_COOKIE]), ("bahasa", language)):
        chromium.set_cookie(hub, name, content)
    found = {}
    for path in page_paths:
        chromium.open(hub + path, width=width, height=844, mobile=mobile)
        if said := violations(chromium):
            found[path] = said
    assert found == {}
