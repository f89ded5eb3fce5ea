# SPDX-License-Identifier: EUPL-1.2
"""How each promise is broken in a test: a row that may not be, a setting, a gate that lets everybody. What is written
as a row is written as its owner, in a transaction that the test rolls back."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connections

from zegel.demo.world import WORLD
from zegel.seal.policy import Policy, sign_policy
from zegel.seal.suite import SigningKey
from zegel.server.agreements.models import (
    Agreement,
    Assent,
    Document,
    Place,
    Sign,
    SubProcessor,
)
from zegel.server.alarms.models import Alarm
from zegel.server.consents.models import Consent, Text
from zegel.server.footage.models import Epoch, Lease, Part, Reopening
from zegel.server.gate import decision, facts
from zegel.server.gate.rules import Table, parse
from zegel.server.gate.vocabulary import Action, ResourceKind
from zegel.server.kernel import clock, storage, tenancy
from zegel.server.kernel.actor import system
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger import actions as ledger
from zegel.server.people.models import Person
from zegel.server.people.roles import Role
from zegel.server.privacy.models import PrivacyContact
from zegel.server.promises.probes import network
from zegel.server.sites.models import Camera, Site, Unit, UnitObject
from zegel.server.tenants.models import ServiceContract

OWNER, PROVIDER = WORLD.party("dehaan").id, WORLD.party("waak").id
ARC, STRANGER = WORLD.party("centrale").id, WORLD.party("nordvakt").id
OPERATOR = WORLD.person("operator").id
MINE: dict[str, Any] = {"owner_id": OWNER, "provider_id": PROVIDER}
OURS: dict[str, Any] = {"owner_id": PROVIDER, "provider_id": PROVIDER}

Break = Callable[[Any], None]
BREAKS: dict[str, Break] = {}


def breaks(*promises: str) -> Callable[[Break], Break]:
    def keep(how: Break) -> Break:
        BREAKS.update(dict.fromkeys(promises, how))
        return how

    return keep


# --- a gate that lets everybody, or nobody ---


@cache
def _open_table() -> Table:
    """As if somebody had written a line that asks nothing."""
    roles = ", ".join(f'"{role.value}"' for role in Role)
    actions = ", ".join(f'"{action.value}"' for action in Action)
    lines = [
        f'[[rule]]\nrole = [{roles}]\naction = [{actions}]\nresource = "{kind.value}"\npurposes = []\nfacts = []\n'
        'reason = "own_things"\n'
        for kind in ResourceKind
    ]
    return parse("\n".join(lines), facts.known())


@breaks("C2", "C7", "C12", "C15", "D1", "D3", "D5", "D6", "D9", "S1", "S3", "S8", "S9", "A6", "A1", "I1",
        "A10 by the gate", "I6 by the gate")
def gate_lets_everybody(patch: Any) -> None:
    patch.setattr(decision, "load_table", _open_table)


# --- looks that may not have been ---


def _look(**lies: Any) -> None:
    now, camera = clock.now(), Camera.objects.filter(owner_id=OWNER).first()
    assert camera is not None
    said: dict[str, Any] = {
        "person_id": OPERATOR, "party_id": ARC, "role": "operator", "purpose": "alarm_verification",
        "camera_id": camera.id, "track": 1, "ledger_index": 0, "opened_at": now, "expires_at": now,
    }  # fmt: skip
    Lease.objects.create(**(said | lies), **MINE)


@breaks("S1 by a look", "C12 by a look", "S5")
def look_without_an_alarm(_: Any) -> None:
    _look()


@breaks("C15 by a look", "D2", "C16")
def look_of_a_stranger(_: Any) -> None:
    _look(party_id=STRANGER, person_id=uuid4())


@breaks("D1 by a look", "D3 by a look")
def look_without_a_grant(_: Any) -> None:
    _look(purpose="maintenance", party_id=PROVIDER, role="technician")
    _look(purpose="own_use", party_id=PROVIDER, role="technician")


@breaks("S8 by a look")
def live_of_the_centre(_: Any) -> None:
    _look(track=4, purpose="alarm_verification")


@breaks("S10")
def look_at_his_pictures(_: Any) -> None:
    _look(track=3)


@breaks("C11")
def live_without_a_word(_: Any) -> None:
    _look(track=4, purpose="own_use", party_id=OWNER, role="owner", ledger_index=10**9)


@breaks("S3 by a reason")
def reopened_out_of_curiosity(_: Any) -> None:
    now = clock.now()
    Reopening.objects.create(
        alarm_id=uuid4(), arc_party_id=ARC, reason="curiosity", person_id=OPERATOR, after_recall=False, opened_at=now,
        deadline=now, **MINE,
    )  # fmt: skip


# --- alarms and policies ---


@breaks("S2", "C9")
def alarm_under_another_policy(_: Any) -> None:
    Alarm.objects.filter(owner_id=OWNER).update(policy_hash=os.urandom(32), alarm_class="dog")


@breaks("C10")
def policy_of_our_own(_: Any) -> None:
    from zegel.seal.envelope import Envelope

    row = UnitObject.objects.filter(owner_id=OWNER, kind="policy").latest("counter")
    body = Policy.decode(Envelope.decode(bytes(row.envelope)).body)
    row.envelope = sign_policy(body, SigningKey.generate())
    row.save(update_fields=["envelope"])


@breaks("S11")
def camera_that_nobody_knows(_: Any) -> None:
    Camera.objects.filter(owner_id=OWNER).update(kind="periscope", capabilities=["x-ray"])


# --- terms ---


def _epoch(track: int, age: timedelta) -> Epoch:
    camera = Camera.objects.filter(owner_id=OWNER).first()
    assert camera is not None
    then = clock.now() - age
    return Epoch.objects.create(
        id=uuid4(), unit_id=camera.unit_id, camera_id=camera.id, track=track, number=99, suite=1, shred=10**6,
        start_ms=clock.ms(then), hash=bytes(32), keyset_hash=bytes(32), policy_hash=bytes(32), wrapped=b"x",
        received_at=then, closed_at=then, **MINE,
    )  # fmt: skip


@breaks("C13", "S4", "A4")
def recording_of_last_year(_: Any) -> None:
    _epoch(1, timedelta(days=365))


@breaks("C14")
def overview_after_the_project(_: Any) -> None:
    _epoch(2, timedelta(days=365))
    gone = clock.now() - timedelta(days=200)
    Unit.objects.filter(owner_id=OWNER).update(state="removed", removed_at=gone)


@breaks("D7")
def something_that_plays(_: Any) -> None:
    part = Part.objects.filter(owner_id=OWNER).latest("id")
    storage.store().put(part.key, b"\x00\x00\x00\x20ftypisom".ljust(part.size, b"\x00"))


# --- what must be on record ---


@breaks("C6", "C21", "I12")
def agreement_ended(_: Any) -> None:
    Agreement.objects.filter(owner_id=OWNER).update(valid_to=clock.now() - timedelta(days=1))


@breaks("C7 by a sign")
def sign_taken_down(_: Any) -> None:
    Sign.objects.filter(owner_id=OWNER).update(taken_down_at=clock.now())


@breaks("C22")
def agreement_without_evidence(_: Any) -> None:
    now = clock.now()
    document = Document.objects.create(
        language="en", version=1, content=b"We agree.", hash=os.urandom(32), made_at=now, **MINE
    )
    given = Assent.objects.create(
        document=document, how="online", person_id=uuid4(), name="N", email="n@x.example", asked_at=now, given_at=now,
        address="127.0.0.1", **MINE,
    )  # fmt: skip
    Agreement.objects.create(
        document_hash=document.hash, signed_how="online", signed_by=uuid4(), valid_from=now, assent=given, **MINE
    )


@breaks("C24", "C25")
def notice_without_a_contact(_: Any) -> None:
    Site.objects.filter(owner_id=OWNER).update(contact_email="", contact_phone="")
    PrivacyContact.objects.filter(owner_id=OWNER).update(email="", phone="")


@breaks("C3", "C23", "A3")
def field_that_nobody_declared(patch: Any) -> None:
    patch.setattr(
        "zegel.server.promises.probes.records.fields_by_model", lambda: {"people.Person": ["shoe_size"]}
    )


@breaks("C18", "I8")
def password_in_the_clear(_: Any) -> None:
    Person.objects.filter(id=OPERATOR).update(auth_hash=b"hunter2")


@breaks("A8")
def administrator_after_his_contract(patch: Any) -> None:
    """His contract ended, and nothing keeps him out."""
    admin, now = WORLD.person("admin").id, clock.now()
    ServiceContract.objects.filter(person_id=admin).delete()
    ServiceContract.objects.create(
        person_id=admin, organisation="IT", reference="1", valid_from=now - timedelta(days=90),
        valid_to=now - timedelta(days=1), recorded_at=now, **OURS,
    )  # fmt: skip
    patch.setattr("zegel.server.tenants.queries.may_administer", lambda _person, _party: True)


@breaks("C1", "C20")
def data_elsewhere(_: Any) -> None:
    Place.objects.create(
        what="objects", name="Bucket", address="s3://far", country="US", operator="Far", own_management=False,
        mechanism="area", valid_from=clock.now() - timedelta(days=1), **OURS,
    )  # fmt: skip


@breaks("A11")
def vendor_elsewhere(_: Any) -> None:
    SubProcessor.objects.create(
        name="Far", country="CN", task="mail", mechanism="area", valid_from=clock.now() - timedelta(days=1), **OURS
    )


@breaks("I15")
def statement_of_nobody(_: Any) -> None:
    mine = {"owner_id": PROVIDER, "valid_to": None}
    said = {"name": "Fatima Aziz", "email": "", "phone": ""}
    if not PrivacyContact.objects.filter(**mine).update(**said):
        PrivacyContact.objects.create(valid_from=clock.now(), set_by=uuid4(), **said, **OURS)


@breaks("I4")
def consent_to_other_words(_: Any) -> None:
    text = Text.objects.create(
        purpose="newsletter", version=1, language="en", words="Yes", hash=bytes(32), made_at=clock.now(), **OURS
    )
    Consent.objects.create(
        purpose="newsletter", text=text, email="n@x.example", given_at=clock.now(), place="form", **OURS
    )


@breaks("A5", "S7", "I6")
def request_forgotten(_: Any) -> None:
    from zegel.server.requests.models import Case

    then = clock.now() - timedelta(days=90)
    Case.objects.create(
        number="1", about="data", rights=["access"], channel="form", language="en", received_at=then,
        due_at=then + timedelta(days=30), state="open", approval="none", **OURS,
    )  # fmt: skip


@breaks("A9", "I10")
def breach_untold(_: Any) -> None:
    from zegel.server.breaches.models import Breach, Duty

    then = clock.now() - timedelta(days=5)
    case = Breach.objects.create(
        number=1, state="open", what="a lost laptop", known_at=then, reported_at=then, reported_by=uuid4(), **OURS
    )
    Duty.objects.create(
        breach=case, kind="customer", towards=OWNER, started_at=then, due_at=then + timedelta(hours=48), **OURS
    )


@breaks("A2", "I13")
def papers_that_nobody_read(_: Any) -> None:
    from zegel.server.contracts.models import TextVersion

    now = clock.now()
    for kind in ("policy", "general_terms"):
        TextVersion.objects.create(
            kind=kind, title=kind, version="1", language="nl", text="Words.", hash=bytes(32),
            holds_from=now - timedelta(days=1), **OURS,
        )  # fmt: skip
    Agreement.objects.create(document_hash=bytes(32), signed_how="paper", signed_by=uuid4(), valid_from=now, **MINE)


@breaks("S6")
def review_forgotten(_: Any) -> None:
    from zegel.server.audits.models import Audit

    then = clock.now() - timedelta(days=30)
    Audit.objects.create(
        kind="internal", title="Yearly", by="us", due_at=then, made_at=then, made_by=uuid4(), **OURS
    )


@breaks("C5")
def disclosure_without_an_order(_: Any) -> None:
    from zegel.server.evidence.models import Disclosure

    now = clock.now()
    Disclosure.objects.create(
        maker="arc", form="package", purpose="x", authority="Somebody", ground="none", recipient="him", camera_ids=[],
        from_at=now, to_at=now, package_hash=bytes(32), size=1, party_id=ARC, made_by=OPERATOR, made_at=now, **MINE,
    )  # fmt: skip


@breaks("I11")
def customer_without_a_statement(_: Any) -> None:
    """None was made yet."""


@breaks("I9")
def register_is_empty(patch: Any) -> None:
    patch.setattr("zegel.server.registers.queries.processings", lambda *_a, **_k: [])


@breaks("A14")
def register_unjudged(_: Any) -> None:
    from zegel.server.registers.models import RegisterVersion

    RegisterVersion.objects.create(
        article="30.1", controller_id=uuid4(), number=99, content={"lines": [{"key": "x"}]}, hash=bytes(32),
        valid_from=clock.now() - timedelta(days=2000), **OURS,
    )  # fmt: skip


@breaks("A7")
def back_up_that_opens_what_is_gone(patch: Any) -> None:
    from zegel.server.backups.models import Copy, Trial

    now = clock.now()
    patch.setattr("zegel.server.backups.places.is_set_up", lambda: True)
    with tenancy.acting_as(None):
        copy = Copy.objects.create(began_at=now, ended_at=now, canary=b"", canary_key=1)
        Trial.objects.create(copy=copy, began_at=now, ended_at=now, passed=False, erased=3, opened=1)


# --- a firm's customers, orders and site ---


def _customer(**said: Any) -> Any:
    from zegel.server.customers.models import Customer

    now = clock.now()
    known: dict[str, Any] = {
        "number": 9000, "kind": "person", "standing": "customer", "source": "desk", "since": now, "active_at": now,
    }  # fmt: skip
    return Customer.objects.create(**(known | said), **MINE)


@breaks("A1 by a name")
def anonymised_and_yet_named(_: Any) -> None:
    _customer(name="Els Bakker", anonymised_at=clock.now())


@breaks("A4 by a customer")
def prospect_long_after_his_consent(_: Any) -> None:
    _customer(name="Els Bakker", standing="prospect", consent_until=(clock.now() - timedelta(days=30)).date())


def _order(**said: Any) -> Any:
    from zegel.server.orders.models import Order

    now = clock.now()
    known: dict[str, Any] = {
        "number": "26-999999", "type": "repair", "state": "new", "subject": "x", "source": "desk", "opened_at": now,
        "reply_by": now, "due_at": now, "changed_at": now,
    }  # fmt: skip
    return Order.objects.create(**(known | said), **MINE)


def _step(**said: Any) -> None:
    from zegel.server.chain.models import Partner, Step

    now = clock.now()
    partner = Partner.objects.create(
        party_id=uuid4(), kind="mechanic", name="P", agreed_on=now.date() - timedelta(days=90), made_at=now,
        agreed_until=now.date() - timedelta(days=30), **MINE,
    )  # fmt: skip
    known: dict[str, Any] = {
        "order_id": uuid4(), "order_type": "repair", "place": 1, "kind": "visit", "state": "accepted", "country": "NL",
        "postcode": "1", "offered_at": now, "accepted_at": now,
    }  # fmt: skip
    Step.objects.create(partner=partner, **(known | said), **MINE)


@breaks("I1 by a step", "A10 by a step")
def step_of_nobody_authorised(_: Any) -> None:
    _step()


@breaks("I2")
def order_of_no_sort(_: Any) -> None:
    _order(type="spying")


@breaks("I3")
def order_of_whom_the_data_is_restricted(_: Any) -> None:
    held = _customer(name="Els Bakker", restricted_at=clock.now() - timedelta(days=1))
    _order(customer_id=held.id)


@breaks("I4 by a form")
def form_without_a_consent(_: Any) -> None:
    from zegel.server.intake.models import Submission

    Submission.objects.create(kind="repair", language="nl", made_at=clock.now(), **MINE)


@breaks("I7")
def thing_past_its_life(_: Any) -> None:
    from zegel.server.products.models import Item, ProductModel

    now = clock.now()
    model = ProductModel.objects.create(kind="appliance", brand="B", name="N", made_at=now, **MINE)
    Item.objects.create(
        model=model, customer_id=uuid4(), source="desk", registered_at=now,
        life_until=now.date() - timedelta(days=30), **MINE,
    )  # fmt: skip


@breaks("A12")
def reader_who_never_confirmed(_: Any) -> None:
    from zegel.server.website.models import Subscriber

    Subscriber.objects.create(
        email="n@x.example", language="nl", state="confirmed", source="contact", words_hash=bytes(32),
        asked_at=clock.now(), **MINE,
    )  # fmt: skip


# --- the network ---


@breaks("C4", "A13")
def page_with_a_tracker(patch: Any) -> None:
    tracked = network.Page(
        200, ("_ga",), "default-src 'self'", "text/html", '<html lang="xx"><script src="https://far.example/t.js">'
    )
    patch.setattr(network, "fetched", lambda path: tracked)


@breaks("C17")
def connections_unprotected(patch: Any) -> None:
    patch.setattr(settings, "ORIGIN", "https://localhost:1")


# --- what can't be rolled back: last ---


@breaks("I5", "A10")
def export_of_nobody_from_nowhere(_: Any) -> None:
    from zegel.server.kernel.actor import Actor, ActorKind

    somebody = Actor(ActorKind.PERSON, OPERATOR, OWNER, role="owner")
    ledger.append(Entry(Kind.EXPORT, OWNER, {"what": "", "address": ""}), somebody)
    assert system() is not None


@breaks("I14")
def table_without_protection(_: Any) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE sites_site NO FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE sites_site DISABLE ROW LEVEL SECURITY")
