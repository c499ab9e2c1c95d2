"""The interface does what its description says, whatever it is asked: no 5xx, no answer that is not declared."""

from __future__ import annotations

from typing import Any

import pytest

schemathesis = pytest.importorskip("schemathesis")
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402

from hub.access.tokens import SCOPES, add_token  # noqa: E402
from hub.db import Database  # noqa: E402

from .conftest import NOW  # noqa: E402

EXAMPLES = 20
"""So often each operation is asked, with what its description allows and with what it forbids."""

CHECKS = [
    getattr(schemathesis.checks, name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
        "negative_data_rejection",
    )
]


@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
def test_every_answer_is_a_declared_one(port: int, database: Database, furnished: Any, mode: Any) -> None:
    token = add_token(database, "e-tpp", SCOPES, unit_id=None, days=30, by="budi", now=NOW)
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/api/v1/openapi.json")
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(mode))
        def ask(case: Any) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

        ask()
        asked.append(operation.label)
    assert "POST /documents" in asked
    assert len(asked) >= 10
