"""The administrator's page about other systems that are told what happens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from hub.access.roles import Role
from hub.access.trail.chain import Entry
from hub.db import Database
from hub.web.office import FrontOffice
from hub.web.webhook_words import say_detail
from hub.webhooks import sending
from hub.webhooks.models import Webhook, WebhookDelivery
from hub.webhooks.registry import list_webhooks
from hub.webhooks.sending import webhook_courier
from tests.factories.etpp import Etpp, serving
from tests.hub.web.conftest import NOW

PAGE = "/webhook"
EVENTS = ("pay_run.frozen", "month.closed")


@pytest.fixture
def etpp() -> Iterator[Etpp]:
    with serving(Etpp([], now=NOW.timestamp)) as opened:
        yield opened


def post(visitor: Any, path: str, **form: str) -> Any:
    return visitor.post(path, token=visitor.get("/akun").field("token"), **form)


def add(visitor: Any, name: str, url: str, **form: str) -> str:
    """The secret, from the page that shows it once."""
    page = post(visitor, PAGE, name=name, url=url, **({"event": "pay_run.frozen"} | form))
    assert page.status == 200, page.words
    found = re.search(r'webhook-secret">(whsec_[^<]+)<', page.text)
    assert found is not None
    return found[1]


def deliver(front: FrontOffice) -> None:
    assert front.webhook_seal is not None
    webhook_courier(front.database, front.webhook_seal, now=front.now).step()


def test_nothing_is_there_and_the_form_waits(admin: Any) -> None:
    page = admin.get(PAGE)
    assert "Belum ada webhook." in page.words
    assert '<details class="card add-webhook" open>' in page.text
    assert admin.get(f"{PAGE}/1").status == 404
    assert 'href="/webhook"' in admin.get("/").text


def test_secret_is_shown_once_and_a_test_arrives(
    admin: Any, front: FrontOffice, etpp: Etpp, told: Callable[..., list[Entry]]
) -> None:
    secret = add(admin, "E-TPP", etpp.url)
    etpp.secrets.append(secret)
    assert post(admin, f"{PAGE}/1/uji").headers["location"] == f"{PAGE}/1?selesai=uji"
    assert "Sedang dikirim" in admin.get(PAGE).words
    deliver(front)
    page = admin.get(f"{PAGE}/1?selesai=uji")
    assert "Uji coba sedang dikirim" in page.words
    assert "Sampai HTTP 204" in page.words
    assert "Berjalan" in admin.get(PAGE).words
    assert len(etpp.events) == 1
    assert post(admin, f"{PAGE}/1/ulang", delivery="1").status == 303
    deliver(front)
    assert etpp.counts.total() == 2
    assert "mengulang 1" in admin.get(f"{PAGE}/1").words
    for path in (PAGE, f"{PAGE}/1", "/jejak"):
        assert "whsec_" not in admin.get(path).text
    acts = [entry.act for entry in told() if entry.act.startswith("webhook")]
    assert acts == ["webhook.add", "webhook.test", "webhook.replay"]
    assert msgspec.json.decode(told("webhook.test")[0].about)["webhook"] == "e-tpp"
    assert "webhook e-tpp" in admin.get("/jejak").words


def test_what_is_wrong_is_said_and_what_was_written_stays(admin: Any) -> None:
    page = post(admin, PAGE, name="e-tpp", url="http://e tpp/", event="month.closed")
    assert page.status == 409
    assert "bukan alamat" in page.words
    assert 'value="http://e tpp/"' in page.text
    assert re.search(r'value="month.closed" checked', page.text)
    assert not re.search(r'value="days.changed" checked', page.text)
    assert "Pilih sedikitnya satu kejadian" in post(admin, PAGE, name="e-tpp", url="http://e-tpp/").words
    add(admin, "e-tpp", "http://e-tpp/")
    assert "sudah ada" in post(admin, PAGE, name="e-tpp", url="http://e-tpp/", event="month.closed").words
    english = admin.get("/bahasa/en?kembali=/webhook")
    assert english.status == 303
    page = post(admin, f"{PAGE}/1/uji")
    post(admin, f"{PAGE}/1/mati", because="moves")
    page = post(admin, f"{PAGE}/1/uji")
    assert "The webhook &#39;e-tpp&#39; is off; switch it on first" in page.text
    assert "presensi hub" not in page.words


def test_webhook_is_switched_off_with_a_reason_and_on_again(admin: Any, database: Database) -> None:
    add(admin, "e-tpp", "http://127.0.0.1:9/")
    assert "Isi alasannya" in post(admin, f"{PAGE}/1/mati", because=" ").words
    assert post(admin, f"{PAGE}/1/mati", because="e-TPP pindah").status == 303
    assert "oleh admin: e-TPP pindah" in admin.get(f"{PAGE}/1").words
    assert 'action="/webhook/1/uji"' not in admin.get(f"{PAGE}/1").text
    assert post(admin, f"{PAGE}/1/hidup").status == 303
    assert [line.off_at for line in list_webhooks(database)] == [None]


def test_another_secret_is_shown_once_and_the_one_before_holds_for_a_day(admin: Any) -> None:
    first = add(admin, "e-tpp", "http://127.0.0.1:9/")
    page = post(admin, f"{PAGE}/1/rahasia")
    found = re.search(r'webhook-secret">(whsec_[^<]+)<', page.text)
    assert found is not None
    assert found[1] != first
    assert "Rahasia lama masih ikut menandatangani" in page.words
    assert "whsec_" not in admin.get(f"{PAGE}/1").text


def test_everything_since_a_day_is_repeated(admin: Any, furnished: Any, database: Database) -> None:
    page = post(admin, f"{PAGE}/1/ulang", since="2026-02-30")
    assert (page.status, "bukan tanggal" in page.words) == (409, True)

    def repeated() -> int:
        with database.read() as session:
            return len(session.scalars(select(WebhookDelivery).where(WebhookDelivery.replay_of.is_not(None))).all())

    before = repeated()
    assert post(admin, f"{PAGE}/1/ulang", since="2026-03-02").status == 303
    undelivered = repeated()
    assert undelivered > before
    assert post(admin, f"{PAGE}/1/ulang", since="2026-03-02", everything="ya").status == 303
    assert repeated() == undelivered + 1


def test_unit_is_chosen(admin: Any, furnished: Any, database: Database) -> None:
    add(admin, "dinas", "http://127.0.0.1:9/", unit=str(furnished.unit))
    with database.read() as session:
        assert session.scalars(select(Webhook.unit_id).where(Webhook.name == "dinas")).one() == furnished.unit


def test_administrator_of_one_unit_has_none_of_it(as_role: Callable[..., Any], office: Any) -> None:
    office.unit("Dinas")
    visitor = as_role(Role.ADMINISTRATOR, "Dinas")
    assert visitor.get(PAGE).status == 403
    assert post(visitor, PAGE, name="x").status == 403
    assert 'href="/webhook"' not in visitor.get("/").text


def test_everything_that_a_try_can_come_to_is_said_in_indonesian() -> None:
    from hub.web.language import Language

    names = ("SWITCHED_OFF", "NO_ANSWER", "NO_CONNECTION", "BAD_CERTIFICATE", "NO_HTTP", "OTHER_KEY", "WANTS_NO_MORE")
    for name in names:
        text = getattr(sending, name)
        assert say_detail(Language("id"), text) != text
        assert say_detail(Language("en"), text) == text
    assert say_detail(Language("id"), "HTTP 500") == "HTTP 500"
