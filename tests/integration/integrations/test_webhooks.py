# SPDX-License-Identifier: EUPL-1.2
"""Another system is told what happened, signed, in order, again when it failed; and nobody's address is called twice as
fast because somebody else's is down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.actors import World
from tests.clock import stopped_clock
from tests.receiver import Receiver
from zegel.demo.world import WORLD
from zegel.server.gate import Denied
from zegel.server.integrations import delivering, hooks, queries
from zegel.server.integrations.errors import AddressRefused, BadSettings, UnknownWebhook
from zegel.server.integrations.models import Delivery, Due, Webhook
from zegel.server.kernel import outbox, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger

SHOP, GARAGE = WORLD.party("noordman").id, WORLD.party("garage").id
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    from django.conf import settings

    running = Receiver()
    monkeypatch.setattr(settings, "WEBHOOK_TEST_ENDPOINT", running.origin)
    yield running
    running.close()


def hooked(world: World, receiver: Receiver, *topics: str, person: str = "shop") -> tuple[Webhook, str]:
    new = hooks.NewWebhook("The web shop", receiver.origin + "/hook", topics or ("order.opened", "order.closed"))
    return hooks.make(world.actor(person), new)


def happens(topic: str, owner: UUID = SHOP, **ids: Any) -> None:
    """It is published, and the outbox delivers it to the room."""
    with work.transaction(system(owner)) as w:
        w.publish(topic, owner_id=owner, **ids)
    outbox.Deliverer().run_once()


def deliveries(row: Webhook) -> list[Delivery]:
    with tenancy.acting_as(row.owner_id):
        return list(Delivery.objects.filter(webhook=row).order_by("number"))


def test_what_happened_is_told_signed_and_names_identifiers_only(world: World, receiver: Receiver) -> None:
    _row, secret = hooked(world, receiver)
    order = uuid4()
    happens("order.opened", order_id=order)
    happens("order.planned", order_id=order)  # not asked for
    happens("order.opened", GARAGE, order_id=uuid4())  # somebody else's
    assert delivering.deliver_due() == 1
    [got] = receiver.got
    assert got.is_signed_with(secret)
    assert not got.is_signed_with("whsec_" + "A" * 44)
    assert got.said["type"] == "order.opened"
    assert got.said["data"] == {"order_id": str(order)}
    assert delivering.deliver_due() == 0


def test_two_customers_that_became_one_are_told_with_where_the_other_went(world: World, receiver: Receiver) -> None:
    hooked(world, receiver, "customer.merged")
    gone, kept = uuid4(), uuid4()
    happens("customer.merged", customer_id=gone, into=kept)
    assert delivering.deliver_due() == 1
    [got] = receiver.got
    assert got.said["data"] == {"customer_id": str(gone), "into": str(kept)}


def test_a_failed_delivery_is_tried_again_later_and_the_next_wait_behind_it(world: World, receiver: Receiver) -> None:
    with stopped_clock(NOW) as clock:
        row, _secret = hooked(world, receiver)
        receiver.answers = [500, 302]
        first, second = uuid4(), uuid4()
        happens("order.opened", order_id=first)
        assert delivering.deliver_due() == 1
        happens("order.closed", order_id=second)
        assert delivering.deliver_due() == 0  # what came later does not hurry it
        clock.advance(5)
        assert delivering.deliver_due() == 1
        clock.advance(29)
        assert delivering.deliver_due() == 0
        clock.advance(1)
        assert delivering.deliver_due() == 1
    told = [UUID(one.said["data"]["order_id"]) for one in receiver.got]
    assert told == [first, first, first, second]
    assert len({one.id for one in receiver.got[:3]}) == 1  # its receiver knows it again
    assert [(one.state, one.attempts, one.status) for one in deliveries(row)] == [
        ("delivered", 3, 204), ("delivered", 1, 204)
    ]  # fmt: skip


def test_who_is_down_for_days_is_paused_and_catches_up_when_resumed(world: World, receiver: Receiver) -> None:
    with stopped_clock(NOW) as clock:
        row, _secret = hooked(world, receiver)
        receiver.answer = 503
        happens("order.opened", order_id=uuid4())
        for _day in range(8):
            happens("order.closed", order_id=uuid4())
            delivering.deliver_due()
            clock.advance(timedelta(days=1))
        [shown] = queries.webhooks(world.actor("shop"))
        assert shown.pause_why == "failing"
        tried = len(receiver.got)
        happens("order.closed", order_id=uuid4())
        assert delivering.deliver_due() == 0
        assert len(receiver.got) == tried
        receiver.answer = 200
        hooks.resume(world.actor("shop"), row.id)
        assert delivering.deliver_due() == 1
    assert {one.state for one in deliveries(row)} == {"delivered"}
    kinds = [said.facts["what"] for said in log_of()]
    assert kinds.count("webhook_paused") == 1


def log_of() -> list[Any]:
    with tenancy.acting_as(SHOP):
        return [one.said for one in ledger.entries([Kind.INTEGRATION], SHOP, since_ms=0) if one.said is not None]


def test_a_receiver_that_says_gone_is_asked_no_more(world: World, receiver: Receiver) -> None:
    row, _secret = hooked(world, receiver)
    receiver.answer = 410
    happens("order.opened", order_id=uuid4())
    delivering.deliver_due()
    with tenancy.acting_as(SHOP):
        assert Webhook.objects.get(id=row.id).paused_at is not None
        assert not Due.objects.filter(webhook_id=row.id).exists()


def test_a_delivery_is_sent_again_under_its_own_name(world: World, receiver: Receiver) -> None:
    row, _secret = hooked(world, receiver)
    happens("order.opened", order_id=uuid4())
    delivering.deliver_due()
    [one] = deliveries(row)
    hooks.send_again(world.actor("shop"), one.id)
    delivering.deliver_due()
    assert [got.id for got in receiver.got] == [str(one.id)] * 2


def test_a_new_secret_signs_beside_the_old_one_for_a_day(world: World, receiver: Receiver) -> None:
    with stopped_clock(NOW) as clock:
        row, old = hooked(world, receiver)
        _row, new = hooks.new_secret(world.actor("shop"), row.id)
        happens("order.opened", order_id=uuid4())
        delivering.deliver_due()
        clock.advance(timedelta(days=1, seconds=1))
        hooks.ping(world.actor("shop"), row.id)
        delivering.deliver_due()
    first, second = receiver.got
    assert first.is_signed_with(old)
    assert first.is_signed_with(new)
    assert second.is_signed_with(new)
    assert not second.is_signed_with(old)


def test_one_event_is_one_delivery_however_often_it_is_handed_over(world: World, receiver: Receiver) -> None:
    row, _secret = hooked(world, receiver)
    event = outbox.Event(7, "order.opened", SHOP, {"order_id": str(uuid4())}, NOW)
    for _again in range(2):
        with tenancy.acting_as(SHOP):
            delivering.happened(event)
    assert len(deliveries(row)) == 1


def test_only_the_tenants_own_keepers_touch_them(world: World, receiver: Receiver) -> None:
    row, _secret = hooked(world, receiver)
    for person in ("desk", "bookkeeper", "accountant", "admin", "planner"):
        with pytest.raises((Denied, UnknownWebhook)):
            hooks.pause(world.actor(person), row.id)
    with pytest.raises(UnknownWebhook):
        hooks.end(world.actor("garagist"), row.id)
    assert queries.webhooks(world.actor("garagist")) == []


@pytest.mark.parametrize("url", ["http://shop.example/", "https://169.254.169.254/", "https://127.0.0.1:9000/hook"])
def test_an_address_inside_is_refused_at_once(world: World, url: str) -> None:
    with pytest.raises(AddressRefused):
        hooks.make(world.actor("shop"), hooks.NewWebhook("x", url, ("order.opened",)))
    with pytest.raises(BadSettings):
        hooks.make(world.actor("shop"), hooks.NewWebhook("x", "https://shop.example/", ("person.changed",)))


def test_what_is_ended_keeps_neither_address_nor_secret(world: World, receiver: Receiver) -> None:
    row, _secret = hooked(world, receiver)
    happens("order.opened", order_id=uuid4())
    hooks.end(world.actor("shop"), row.id)
    assert delivering.deliver_due() == 0
    assert receiver.got == []
    with tenancy.acting_as(SHOP):
        left = Webhook.objects.get(id=row.id)
    assert (left.url, bytes(left.secret_wrapped)) == ("", b"")


def test_a_visitor_of_the_demo_finds_keys_and_a_webhook_that_calls_nobody(world: World) -> None:
    from zegel.demo import connections

    connections.record()
    connections.record()
    [hook] = queries.webhooks(world.actor("shop"))
    assert (hook.name, hook.pause_why) == ("Warehouse", "by_hand")
    happens("order.opened", order_id=uuid4())
    assert delivering.deliver_due() == 0
    assert [one.state for one in deliveries(hook)] == ["waiting"]
    assert sorted(one.ended_at is not None for one in queries.keys(world.actor("shop"))) == [False, True]
