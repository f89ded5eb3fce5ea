# SPDX-License-Identifier: EUPL-1.2
"""Tenants: set up, shown, staffed, ended, taken along and removed whole."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import cv2
import numpy
import pytest
from django.conf import settings
from django.core import mail as django_mail
from django.test import RequestFactory
from tests.actors import SimUnit, World
from tests.clock import stopped_clock
from tests.integration.people.world import account, auth_key_of

from zegel.demo import tenants as demo
from zegel.server.breaches import actions as breaches
from zegel.server.breaches.queries import OFFICERS
from zegel.server.exports.actions import Sent
from zegel.server.gate import Action, Resource, ResourceKind, decide
from zegel.server.gate.errors import Denied
from zegel.server.kernel import actor as actors
from zegel.server.kernel import clock, dkim, mail, names, smtp, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.people import actions as people_actions
from zegel.server.people import invitations, sessions
from zegel.server.people import queries as people
from zegel.server.people.errors import NotAMember
from zegel.server.people.models import Invitation, Membership, Party, Person
from zegel.server.people.roles import Role
from zegel.server.tenants import actions, leaving, lesson, own_lesson, queries, senders, staff
from zegel.server.tenants.errors import BadTenant, NotYet, TenantTaken, TooManyUsers
from zegel.server.tenants.models import Billing, Brand, Employee, Profile, SenderDomain, SignIn
from zegel.server.tenants.rules import Standing

DAY = timedelta(days=1)


@pytest.fixture
def there(world: World) -> World:
    if queries.tenant(world.actor("shop").party_id) is None:
        demo.record()
    return world


def use(**more: Any) -> actions.Use:
    said: dict[str, Any] = {
        "plan": "Service", "users": 12, "billing": Billing.MONTHLY, "price_cents": 100, "valid_from": clock.now()
    }
    return actions.Use(**{**said, **more})


# --- set up and shown ---


def test_a_provider_sets_up_a_tenant_of_a_company_that_it_serves_and_of_no_other(there: World) -> None:
    planner = there.actor("planner")
    with pytest.raises(Denied):
        actions.found(planner, there.actor("household").party_id, actions.New("villa", Profile.OFFICE, use()))
    owner = there.actor("owner").party_id
    with pytest.raises(TenantTaken):
        actions.found(planner, owner, actions.New("noordman", Profile.OFFICE, use()))
    row = actions.found(planner, owner, actions.New("dehaan", Profile.OFFICE, use()))
    assert (row.owner_id, row.provider_id) == (owner, planner.party_id)
    brand = queries.by_slug("dehaan")
    assert brand is not None
    assert brand.name == "De Haan Bouw BV"
    assert queries.standing(owner) is Standing.HOLDS
    with pytest.raises(Denied):
        actions.set_look(there.actor("foreman"), actions.Look("X", "#0b5345", "#0b5345", ("nl",)))


def test_a_tenant_is_shown_in_colours_that_can_be_read_and_its_logo_is_drawn_anew(there: World) -> None:
    shop = there.actor("shop")
    with pytest.raises(BadTenant) as told:
        actions.set_look(shop, actions.Look("Noordman", "#eeeeee", "#0b5345", ("nl",)))
    assert told.value.field == "colour"
    done, drawn = cv2.imencode(".png", numpy.full((400, 1000, 3), 90, numpy.uint8))
    assert done
    hidden = bytes(drawn) + b"<script>alert(1)</script>"
    brand = actions.set_logo(shop, hidden)
    assert brand.logo is not None
    assert b"script" not in bytes(brand.logo)
    height, width = cv2.imdecode(numpy.frombuffer(bytes(brand.logo), numpy.uint8), cv2.IMREAD_COLOR).shape[:2]
    assert (width, height) == (400, 160)
    for wrong in (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", b"\x89PNG\r\n\x1a\nno picture", b""):
        with pytest.raises(BadTenant):
            actions.set_logo(shop, wrong)
    with pytest.raises(Denied):
        actions.set_logo(there.actor("desk"), None)


def test_its_statement_is_its_own_and_only_one(there: World) -> None:
    shop = there.actor("shop")
    with pytest.raises(BadTenant):
        actions.set_privacy(shop, "https://www.noordman.example/p", {"nl": "Wij…"})
    assert not queries.has_statement(actions.set_privacy(shop, "", {"nl": "   "}))
    assert queries.has_statement(actions.set_privacy(shop, "", {"nl": "Wij bewaren…"}))
    with pytest.raises(BadTenant):
        actions.set_privacy(shop, "http://www.noordman.example/p", {})


def test_one_tenant_sees_nothing_of_another_and_a_partner_nothing_of_either(there: World) -> None:
    garage, noordman = there.actor("garagist").party_id, there.actor("shop").party_id
    for stranger in (garage, there.actor("mechanic").party_id, there.actor("nordplan").party_id):
        with tenancy.acting_as(stranger):
            assert not Employee.objects.filter(owner_id=noordman).exists()
    for role in ("desk", "bookkeeper", "accountant", "mechanic", "carrier"):
        assert not decide(
            there.actor(role), Action.LIST, Resource(ResourceKind.STAFF, None, there.actor(role).party_id)
        ).allowed


# --- the right of use ---


def test_after_its_right_of_use_a_tenants_people_do_nothing_and_its_owner_takes_everything_along(there: World) -> None:
    desk, shop, planner = there.actor("desk"), there.actor("shop"), there.actor("planner")
    read = Resource(ResourceKind.USE_LOG, None, shop.party_id)
    change = Resource(ResourceKind.STAFF, None, shop.party_id)
    assert queries.holds(shop.party_id)
    with pytest.raises(Denied):
        actions.end_use(shop, shop.party_id, clock.now(), "")
    actions.end_use(planner, shop.party_id, clock.now(), "They stop.")
    assert queries.standing(shop.party_id) is Standing.EXIT
    said = decide(desk, Action.READ, Resource(ResourceKind.CUSTOMER_RECORD, None, shop.party_id))
    assert "right_of_use_holds" in said.missing
    assert decide(desk, Action.READ, Resource(ResourceKind.CONSENT, desk.id, shop.party_id)).allowed
    assert decide(shop, Action.EXPORT, read).allowed
    assert decide(shop, Action.LIST, change).allowed
    assert len(content_of(leaving.take_out(shop))) > 500
    actions.set_use(planner, shop.party_id, use(valid_from=clock.now() + timedelta(seconds=1)))
    with stopped_clock(clock.now() + timedelta(seconds=2)):
        assert queries.holds(shop.party_id)


def test_a_plan_is_for_so_many_people_and_who_comes_from_outside_is_not_counted(there: World) -> None:
    shop, planner = there.actor("shop"), there.actor("planner")
    assert queries.users(shop.party_id) == 3, "the accountant is from outside"
    actions.set_use(planner, shop.party_id, use(users=3, valid_from=clock.now() + timedelta(milliseconds=5)))
    function = queries.functions(shop.party_id)[0]
    new = staff.NewEmployee("Nieuwe Hulp", function.id, "nl", "nieuw@noordman.example")
    with stopped_clock(clock.now() + timedelta(seconds=1)), pytest.raises(TooManyUsers):
        staff.employ(shop, new)
    outside = staff.make_function(shop, "Books from outside", ["Reads the books"], Role.ACCOUNTANT)
    staff.employ(shop, staff.NewEmployee("Boek Houder", outside.id, "nl", "b@kantoor.example"))


# --- staff ---


def test_access_follows_the_function_and_ends_at_once_with_the_work(there: World) -> None:
    shop, desk = there.actor("shop"), there.actor("desk")
    row = next(one for one in queries.employees(shop.party_id) if one.person_id == desk.id)
    books = next(one for one in queries.functions(shop.party_id) if one.role == "bookkeeper")
    staff.move(shop, row.id, books.id)
    assert people.roles_in(desk.id, shop.party_id) == (Role.BOOKKEEPER,)
    staff.leave(shop, row.id, "Another job")
    assert people.roles_in(desk.id, shop.party_id) == ()
    left = next(one for one in queries.employees(shop.party_id) if one.id == row.id)
    assert left.left_at is not None
    assert left.name == "Lotte Meijer", "kept for its term"
    with pytest.raises(BadTenant):
        own = next(one for one in queries.employees(there.actor("garagist").party_id))
        staff.leave(there.actor("garagist"), own.id)


def test_nobody_gives_a_role_that_is_not_his_to_give_nor_himself_another(there: World) -> None:
    shop, admin = there.actor("shop"), there.actor("admin")
    for actor, role in ((shop, Role.OPERATOR), (shop, Role.MECHANIC), (admin, Role.OWNER), (admin, Role.DESK)):
        with pytest.raises(BadTenant):
            staff.make_function(actor, "Something else", ["Does it"], role)
    assert Role.OPERATOR not in staff.invitable(shop.party_id, Role.OWNER)
    assert staff.invitable(there.actor("owner").party_id, Role.OWNER) >= {Role.OWNER, Role.MEMBER}
    assert not staff.invitable(there.actor("owner").party_id, Role.OWNER) & {Role.DESK, Role.ADMIN}
    mine = next(one for one in queries.employees(admin.party_id) if one.person_id == admin.id)
    planning = next(one for one in queries.functions(admin.party_id) if one.role == "planner")
    with pytest.raises(BadTenant):
        staff.move(admin, mine.id, planning.id)


def test_where_a_tenant_wants_it_people_sign_in_with_a_code_and_get_their_link_by_hand(there: World) -> None:
    shop = there.actor("shop")
    actions.set_sign_in(shop, SignIn.CODE)
    function = next(one for one in queries.functions(shop.party_id) if one.role == "desk")
    row, invitation = staff.employ(shop, staff.NewEmployee("Piet Magazijn", function.id, "nl"))
    assert invitation.email.startswith("noordman.")
    assert invitation.letters == 0
    sent: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zegel.server.kernel.mail.send", sent.append)
        invitations.send(shop.party_id, invitation.id)
    assert sent == [], "nobody is written to at a code"
    token = invitations.token_of(invitation)
    assert invitations.by_token(token, "192.0.2.1").id == invitation.id
    person = invitations.accept(token, "192.0.2.1", account(invitation.email), uuid4())
    assert people.roles_in(person.id, shop.party_id) == (Role.DESK,)
    staff.settle(shop.party_id)
    assert next(one for one in queries.employees(shop.party_id) if one.id == row.id).person_id == person.id
    spelled = f" {invitation.email.upper()} "
    assert people_actions.sign_in(spelled, auth_key_of(invitation.email), "192.0.2.1").id == person.id


def test_a_tenant_teaches_its_own_cases_beside_the_products_and_each_version_is_a_new_lesson(there: World) -> None:
    shop, desk = there.actor("shop"), there.actor("desk")
    assert desk.party_id is not None
    staff.take_lesson(desk, {one.id: one.breach for one in lesson.QUESTIONS})
    assert queries.lessons(desk.party_id)[desk.id].version == own_lesson.version(desk.party_id) == lesson.VERSION
    case = own_lesson.Case({"nl": "Een sleutel van een klant is weg."}, {"nl": "Een sleutel, geen gegevens."}, False)
    for words, cases in (({"nl": "x" * 5000}, []), ({}, [own_lesson.Case({"nl": "Wat?"}, {"en": "Why"}, True)]),
                         ({"fr": "Non"}, []), ({}, [case] * 13)):  # fmt: skip
        with pytest.raises(BadTenant):
            own_lesson.write(shop, words, cases)
    with pytest.raises(Denied):
        own_lesson.write(desk, {"nl": "Wij"}, [])
    row = own_lesson.write(shop, {"nl": "Het gaat om machines thuis.", "en": "With us it is machines at home."}, [case])
    whole = own_lesson.of(desk.party_id)
    assert whole.text[: len(lesson.TEXT)] == tuple(map(str, lesson.TEXT))
    assert whole.text[-1] == "With us it is machines at home."
    assert whole.questions[-1].what == "Een sleutel van een klant is weg.", "in the language that there is"
    assert queries.lessons(desk.party_id)[desk.id].version != whole.version, "he takes it anew"
    right = {one.id: one.breach for one in whole.questions}
    taken, wrong = staff.take_lesson(desk, {**right, whole.questions[-1].id: True})
    assert (taken.passed, wrong) == (False, [whole.questions[-1].id])
    taken, _wrong = staff.take_lesson(desk, right)
    assert (taken.passed, taken.version, row.version) == (True, own_lesson.version(desk.party_id), 1)
    garage = there.actor("garagist").party_id
    assert garage is not None
    assert own_lesson.version(garage) == lesson.VERSION


def test_the_lesson_is_on_record_when_every_answer_was_right(there: World) -> None:
    desk = there.actor("desk")
    right = {one.id: one.breach for one in lesson.QUESTIONS}
    row, wrong = staff.take_lesson(desk, {**right, "phone": False})
    assert (row.passed, wrong) == (False, ["phone"])
    assert desk.id not in queries.lessons(desk.party_id)
    staff.take_lesson(desk, right)
    assert queries.lessons(desk.party_id)[desk.id].passed
    with tenancy.acting_as(desk.party_id):
        newest, *_ = ledger.entries([Kind.STAFF], desk.party_id, since_ms=0)
    assert newest.said is not None
    assert newest.said.facts["what"] == "lesson"


def test_what_its_people_report_the_management_handles(there: World) -> None:
    row = breaches.report(there.actor("desk"), "An invoice went to another customer.")
    shop = there.actor("shop")
    assert breaches.report(shop, "A list of customers lay at the printer.").owner_id == row.owner_id == shop.party_id
    assert decide(shop, Action.CHANGE, Resource(ResourceKind.BREACH, row.id, row.owner_id)).allowed
    assert {one.id for one in people.members(shop.party_id, OFFICERS)} == {shop.id}
    for other in ("desk", "accountant", "garagist", "planner"):
        assert not decide(there.actor(other), Action.READ, Resource(ResourceKind.BREACH, row.id, row.owner_id)).allowed


# --- who administers (A8) ---


def request_of(person: Person) -> Any:
    from django.contrib.sessions.backends.db import SessionStore

    request = RequestFactory().post("/api/v1/sign-in")
    request.session = SessionStore()
    return request


def test_an_administrator_signs_in_only_while_his_service_contract_is_in_date(there: World) -> None:
    admin, officer = there.actor("admin"), there.actor("privacy")
    person = people.person(admin.id)
    request = request_of(person)
    sessions.start(request, person)
    assert sessions.actor_from_request(request).role == "admin"
    (contract,) = queries.contracts(admin.party_id)
    with stopped_clock(contract.valid_to):
        with pytest.raises(NotAMember) as told:
            sessions.start(request_of(person), person)
        assert told.value.code == "no_service_contract"
        again = request_of(person)
    staff.end_contract(officer, contract.id)
    with pytest.raises(NotAMember):
        sessions.actor_from_request(request)
    with pytest.raises(NotAMember):
        sessions.choose_party(request, admin.party_id)
    with pytest.raises(BadTenant):
        staff.record_contract(admin, new_contract(admin.id))
    staff.record_contract(officer, new_contract(admin.id))
    sessions.start(again, person)
    assert sessions.actor_from_request(request).role == "admin", "the session of before goes on"


def test_who_is_alone_records_his_own_contract(there: World) -> None:
    shop = there.actor("garagist")
    assert staff.alone(shop.party_id, shop.id)
    staff.record_contract(shop, new_contract(shop.id))
    assert not staff.alone(there.actor("admin").party_id, there.actor("admin").id)


def new_contract(person_id: Any) -> staff.NewContract:
    return staff.NewContract(person_id, "Beheer BV", "SLA 2", clock.now() - DAY, clock.now() + 300 * DAY)


def test_others_sign_in_without_any_contract(there: World) -> None:
    planner = people.person(there.actor("planner").id)
    request = request_of(planner)
    sessions.start(request, planner)
    assert sessions.actor_from_request(request).role == "planner"


# --- taken along, and removed ---


def content_of(sent: Sent) -> bytes:
    assert sent.file is not None
    return sent.file.read()


def test_everything_of_a_tenant_comes_along_with_the_hash_of_each_part_and_no_secret(there: World) -> None:
    sent = leaving.take_out(there.actor("shop"))
    content = content_of(sent)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        listed = json.loads(archive.read("list.json"))
        for name, digest in listed["files"].items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        people_of = json.loads(archive.read("people.json"))
        functions = [json.loads(line) for line in archive.read("tables/tenants.Function.jsonl").splitlines()]
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert {one["role"] for one in people_of} == {"owner", "desk", "bookkeeper", "accountant"}
    assert {one["name"] for one in functions} == {"Service desk", "Bookkeeping"}
    assert b"Garage Visser" not in everything
    assert b"auth_hash" not in everything
    row = queries.taken_out(there.actor("shop").party_id)
    assert row is not None
    assert bytes(row.hash) == hashlib.sha256(content).digest()
    for other in ("desk", "bookkeeper", "accountant"):
        with pytest.raises(Denied):
            leaving.take_out(there.actor(other))


def _killed(owner_id: UUID) -> None:
    raise KeyboardInterrupt


def test_a_tenant_is_removed_whole_after_its_exit_and_the_proof_says_that_nothing_is_left(
    there: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner, shop, garagist = there.actor("planner"), there.actor("shop"), there.actor("garagist")
    owner, desk = shop.party_id, there.actor("desk").id
    with pytest.raises(NotYet):
        leaving.ask_removal(planner, owner)
    leaving.take_out(shop)
    actions.end_use(planner, owner, clock.now(), "They stop.")
    with pytest.raises(Denied):
        leaving.ask_removal(there.actor("nordplan"), owner)
    removal = leaving.ask_removal(planner, owner)
    with pytest.raises(NotYet):
        leaving.remove(planner, removal.id)
    before = leaving.count(garagist.party_id)
    with stopped_clock(removal.due_at):
        with monkeypatch.context() as killed:  # in the middle: what is gone stays gone, and the same removal goes on
            killed.setattr(leaving, "_forget_log", _killed)
            with pytest.raises(KeyboardInterrupt):
                leaving.remove(planner, removal.id)
        assert "tenants.Employee" not in leaving.count(owner)
        assert "people.Membership" in leaving.count(owner)
        done = leaving.remove(planner, removal.id)
        proof = leaving.proof_file(planner, removal.id)
    assert done.left == {}
    assert done.counts["tenants.Employee"] == 2
    assert done.counts["people.Membership"] == 4
    assert done.counts["accounts that ended"] == 4
    assert hashlib.sha256(proof.content).digest() == bytes(done.proof)
    assert b"Noordman" not in proof.content
    assert leaving.count(owner) == {}
    assert queries.by_slug("noordman") is None
    assert not Party.objects.filter(id=owner).exists()
    assert not Membership.objects.filter(party_id=owner).exists()
    person = Person.objects.get(id=desk)
    assert (person.display_name, bytes(person.auth_hash)) == ("", b"")
    assert leaving.count(garagist.party_id) == before, "of another tenant nothing went"
    with tenancy.acting_as(planner.party_id):
        assert not Invitation.objects.filter(owner_id=owner).exists()


def test_a_customer_whose_cameras_stand_here_is_not_removed_before_they_are_gone(there: World) -> None:
    planner, owner = there.actor("planner"), there.actor("owner")
    there.pair(SimUnit(clock.now_ms()))
    actions.found(planner, owner.party_id, actions.New("dehaan", Profile.OFFICE, use()))
    actions.end_use(planner, owner.party_id, clock.now(), "", clock.now())
    removal = leaving.ask_removal(planner, owner.party_id)
    with pytest.raises(NotYet):
        leaving.remove(planner, removal.id)
    leaving.withdraw_removal(planner, removal.id)
    assert queries.removals(planner.party_id)[0].withdrawn_at is not None


def test_tables_go_one_by_one_but_for_those_that_hang_together() -> None:
    """A step removes no row that another one, which is still there, points at."""
    groups = leaving.steps()
    assert [model for group in groups for model in group] == list(leaving.owned())
    gone: set[object] = set()
    for group in groups:
        for model in group:
            pointing = set(leaving._pointing_at(model)) & set(leaving.owned())
            assert pointing <= gone | set(group), model
        gone |= set(group)
    assert len(groups) > len(leaving.owned()) / 2, "they are steps, not one"


def test_every_table_with_an_owner_is_among_those_that_are_taken_along_and_removed() -> None:
    from django.apps import apps

    from zegel.server.kernel.tenancy import TenantModel

    owned = set(leaving.owned())
    assert owned == {one for one in apps.get_models() if issubclass(one, TenantModel)} - {leaving.Removal}
    place = {model: number for number, model in enumerate(leaving.owned())}
    for model in owned:
        for field in model._meta.concrete_fields:
            if field.related_model in owned and field.related_model is not model:
                assert place[model] < place[field.related_model], f"{model} goes before what it points at"
    behind = {
        model for model in apps.get_models() for field in model._meta.concrete_fields
        if model not in owned and field.related_model in owned
    }  # fmt: skip
    assert {model._meta.label for model in behind} == {"orders.Word"}, "no row of such a table lets its owner's go"
    assert "words by which orders are found" in leaving._removers
    assert Brand not in owned
    assert actors.system(None).party_id is None


# --- from which address letters come ---


def test_letters_come_from_his_own_domain_once_it_names_his_key_and_no_longer_when_it_does_not(
    there: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dkimpy = pytest.importorskip("dkim", reason="dkimpy, the other implementation, is a development dependency")
    shop, owner, zone = there.actor("shop"), there.actor("shop").party_id, dict[str, list[str]]()
    assert owner is not None
    monkeypatch.setattr(names, "texts", lambda name: zone.get(name, []))

    def left() -> tuple[Any, bytes]:
        django_mail.outbox = []
        mail.send(mail.Letter("anna@example.nl", "Uw order", "Goedendag.", "test", owner=owner))
        [message] = django_mail.outbox
        raw = message.message().as_bytes(linesep="\r\n")
        return message, dkim.signed(raw, getattr(message, smtp.SIGNER))

    for wrong in ("service", "service@localhost", "a b@noordman.example", "x@127.0.0.1", "..x@noordman.example"):
        with pytest.raises(BadTenant):
            senders.choose(shop, wrong)
    with pytest.raises(Denied):
        senders.choose(there.actor("bookkeeper"), "service@noordman.example")
    row = senders.choose(shop, "Service@Noordman.example")
    [key, dmarc, spf] = senders.records_of(row)
    assert (key.name, dmarc.name, spf.name) == (
        f"{row.selector}._domainkey.noordman.example", "_dmarc.noordman.example", "noordman.example"
    )  # fmt: skip
    zone[key.name] = ["v=DKIM1; k=rsa; p=" + "A" * 300]  # somebody else's
    assert senders.verify(shop)[1][0].found is False
    message, raw = left()
    assert message.extra_headers["From"].endswith(f"<{settings.DEFAULT_FROM_EMAIL}>")
    assert "@" in message.reply_to[0], "answers go to him"
    assert b"DKIM-Signature" not in raw
    zone[key.name] = [key.value]
    assert [one.found for one in senders.verify(shop)[1]] == [True, False, False]
    message, raw = left()
    assert message.extra_headers["From"].endswith("<service@noordman.example>")
    assert message.from_email == settings.DEFAULT_FROM_EMAIL, "what can't be delivered comes back to us"
    assert dkimpy.verify(raw, dnsfunc=lambda name, **_: zone[name.decode().rstrip(".")][0].encode())
    with tenancy.acting_as(owner):
        [held] = SenderDomain.objects.all()
    assert b"PRIVATE" not in bytes(held.key_wrapped)
    assert senders.unwrap(uuid4(), bytes(held.key_wrapped)) is None, "it is bound to its row"

    def silent(_name: str) -> list[str]:
        raise names.NoAnswer("x", action="y")

    with monkeypatch.context() as cut:
        cut.setattr(names, "texts", silent)
        senders.look_again(owner)
    assert "noordman.example" in left()[0].extra_headers["From"], "a resolver that says nothing ends nothing"
    zone[key.name] = [key.value.replace("p=", "p=; x=")]  # revoked
    senders.look_again(owner)
    assert "noordman.example" not in left()[0].extra_headers["From"].rpartition("<")[2]
    senders.remove(shop)
    assert senders.chosen(owner) is None
