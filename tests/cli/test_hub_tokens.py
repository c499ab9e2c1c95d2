"""Tokens of programs on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from click.testing import Result

from hub.access.tokens import find_holder
from hub.db import Database

Run = Callable[..., Result]


def test_token_is_made_shown_once_listed_and_revoked(presensi_hub: Run, hub_database: Database) -> None:
    made = presensi_hub("token", "add", "e-tpp", "--scope", "pay:read", "--scope", "recaps:read", "--by", "budi")
    assert made.exit_code == 0, made.output
    token = made.stdout.strip()
    holder = find_holder(hub_database, token, now=datetime.now(UTC))
    assert holder is not None
    assert holder.scopes == {"pay:read", "recaps:read"}
    listed = presensi_hub("token", "list", "--json")
    (line,) = json.loads(listed.stdout)
    assert (line["name"], line["scopes"], line["made_by"]) == ("e-tpp", ["recaps:read", "pay:read"], "budi")
    assert token not in listed.stdout
    assert token.split("_", 2)[2] not in presensi_hub("token", "list").stdout
    assert presensi_hub("token", "revoke", "e-tpp", "--by", "budi").exit_code == 0
    assert find_holder(hub_database, token, now=datetime.now(UTC)) is None
    again = presensi_hub("token", "revoke", "e-tpp", "--by", "budi")
    assert (again.exit_code, "was revoked on" in again.output) == (2, True)


def test_wrong_token_is_told(presensi_hub: Run) -> None:
    assert "no unit 'Nowhere'" in presensi_hub("token", "add", "a1", "--scope", "pay:read", "--unit", "Nowhere").output
    assert presensi_hub("token", "add", "a1", "--scope", "everything").exit_code == 2
    assert "cannot be a token's name" in presensi_hub("token", "add", "A 1", "--scope", "pay:read").output
    assert presensi_hub("token", "add", "a1", "--scope", "pay:read", "--days", "400").exit_code == 2
    presensi_hub("token", "add", "a1", "--scope", "pay:read")
    assert "There is a token 'a1' already" in presensi_hub("token", "add", "a1", "--scope", "pay:read").output
    assert "no token 'b1'" in presensi_hub("token", "revoke", "b1").output
