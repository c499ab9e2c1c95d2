import json
from datetime import UTC, datetime

import numpy as np
import pytest
from click.testing import CliRunner

from cli.hub import hub
from contract.signing import SigningKey
from hub.service import open_hub_database
from hub.settings import HubSettings
from tests.factories.people import add_employee, add_kiosk_row

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    """A hub with 31 people, two of whom have one face, and one kiosk."""
    database = open_hub_database(HubSettings(data=str(tmp_path)))
    add_kiosk_row(database, "kiosk-1", SigningKey.generate().verify_key)
    rng = np.random.default_rng(1)
    from hub.roster.models import Template

    for number in range(31):
        add_employee(database, f"p{number:02d}", frames=5)
    with database.write() as session:
        centres = rng.standard_normal((30, 128))
        for template in session.query(Template).order_by(Template.id):
            number = min(int(template.employee_id[1:]), 29)
            row = centres[number] + 0.35 * rng.standard_normal(128)
            template.embedding = (row / np.linalg.norm(row)).astype("<f4").tobytes()
    database.close()
    return tmp_path


def run(folder, *arguments):
    return CliRunner().invoke(hub, [*arguments, "--data", str(folder)])


def test_thresholds_are_told_and_lookalikes_found(folder):
    result = run(folder, "calibrate", "--json")
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)
    assert (found["kiosk"], found["pack"], found["gallery"], found["people"]) == ("kiosk-1", "builtin", 31, 31)
    assert 0 < found["threshold"] < 1
    assert found["target"] == 0.001
    assert found["left_out"] == [["p29", "p30"]]
    (pair,) = json.loads(run(folder, "lookalikes", "--json").stdout)
    assert (pair["first_id"], pair["second_id"], pair["kind"], pair["second_factor"]) == ("p29", "p30", "same", True)
    settled = run(folder, "lookalikes", "settle", "p30", "p29", "--as", "same", "--by", "siti")
    assert settled.exit_code == 0, settled.output
    (pair,) = json.loads(run(folder, "lookalikes", "--json").stdout)
    assert (pair["settled_as"], pair["settled_by"]) == ("same", "siti")


def test_tables_are_for_people(folder):
    assert "31" in run(folder, "calibrate").stdout
    assert "one face, two names" in run(folder, "lookalikes").stdout


def test_unknown_kiosk_and_pair_are_one_sentence(folder):
    assert "There is no active kiosk 'x'" in run(folder, "calibrate", "--kiosk", "x").stderr
    assert (
        "no pair of lookalikes" in run(folder, "lookalikes", "settle", "a", "b", "--as", "same", "--by", "siti").stderr
    )
