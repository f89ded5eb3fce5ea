# SPDX-License-Identifier: EUPL-1.2
"""Accounts over HTTP: invited, lost, recovered, guarded by a second factor, begun anew. Keys are real, as a browser
makes
them; the server never gets one that opens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.utils.translation import override

from tests.clock import stopped_clock
from tests.integration.people.test_sign_in import OWNER, Browser
from tests.integration.people.world import auth_key_of, make_world
from zegel.seal import account as keys
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.server.api import throttle
from zegel.server.api.fields import from_text, to_text
from zegel.server.kernel import clock, ids, shred
from zegel.server.people import invitations, notices, queries, recovery, second_factor
from zegel.server.people.errors import InvitationGone, Taken
from zegel.server.people.models import Invitation, InvitationKind, Membership, Person, SecondFactor
from zegel.server.people.roles import Language, PartyKind, Role
from zegel.server.tasks.office import NewCustomer, customers, take_on

NEW = "nieuw@dehaan.example"


@pytest.fixture(autouse=True)
def _fresh_buckets(monkeypatch):
    monkeypatch.setattr(throttle, "anybody", throttle.Buckets(throttle.Rate(1e6, 1e6)))


@dataclass
class Made:
    """An account as a browser makes it, without the costly stretching."""

    email: str
    person: bytes
    bundle: keys.Bundle
    auth_key: bytes
    wrap_key: bytes
    code: bytes

    @classmethod
    def new(cls, email: str, person: bytes | None = None) -> Made:
        person = person or ids.new().bytes
        bundle = keys.Bundle(person, SigningKey.generate(), OpeningKey.generate(Suite.CLASSIC))
        return cls(email, person, bundle, hashlib.sha256(email.encode()).digest(), bytes(31) + b"w", bytes(31) + b"c")

    def body(self) -> dict[str, object]:
        return {
            "person_id": str(ids.UUID(bytes=self.person)), "email": self.email, "name": "Nieuwe Eigenaar",
            "language": "nl", "suite": 1, "auth_key": to_text(self.auth_key),
            "sign_pk": to_text(self.bundle.signing.public_key), "open_pk": to_text(self.bundle.opening.public_key),
            "bundle_password": to_text(keys.wrap_bundle(self.bundle, self.wrap_key, keys.Wrapper.PASSWORD)),
            "bundle_recovery": to_text(keys.wrap_bundle(self.bundle, self.code, keys.Wrapper.RECOVERY)),
        }  # fmt: skip

    def answers(self, asked: dict[str, str], said: bytes) -> str:
        """What the recovery code's holder signs."""
        opened = keys.unwrap_bundle(
            from_text(asked["bundle"]), self.code, keys.Wrapper.RECOVERY,
            person=ids.UUID(asked["person_id"]).bytes, suite=Suite.CLASSIC,
        )  # fmt: skip
        label = b"zegel/recovery-proof/v1\x00"
        return to_text(opened.signing.sign(label + from_text(asked["question"]) + hashlib.sha256(said).digest()))


def invited(world, role: Role = Role.OWNER) -> Invitation:
    asked = invitations.Asked(NEW, "Nieuwe Eigenaar", role, "nl")
    return invitations.invite(world.actor("owner"), world.owner, world.provider, asked, InvitationKind.JOIN)


def accepted(world) -> tuple[Browser, Made]:
    made, browser = Made.new(NEW), Browser()
    link = invitations.token_of(invited(world))
    answer = browser.send("post", f"/invitations/by-link/{link}/accept", made.body())
    assert answer.status_code == 200, answer.content
    return browser, made


def sign_in(browser: Browser, made: Made):
    return browser.sign_in(made.email, made.auth_key)


# --- invitations ----------------------------------------------------------------------------------------------------


def test_an_invitation_makes_an_account_once_and_stands_nowhere(db):
    world = make_world()
    row = invited(world)
    link = invitations.token_of(row)
    invitations.send(world.owner, row.id)
    letter = outgoing.outbox[-1]
    assert letter.to == [NEW]
    assert link in letter.body
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_jsonb(i)::text FROM people_invitation i")
        assert link[32:] not in cursor.fetchone()[0], "the secret of the link is in the database"
    browser, made = Browser(), Made.new(NEW)
    told = browser.get(f"/invitations/by-link/{link}").json()
    assert (told["email"], told["party"], told["role"]) == (NEW, "De Haan Bouw", "owner")
    assert browser.send("post", f"/invitations/by-link/{link}/accept", made.body()).status_code == 200
    assert browser.get("/me").json()["person"]["email"] == NEW
    assert Browser().send("post", f"/invitations/by-link/{link}/accept", Made.new(NEW).body()).status_code == 410
    with queries.as_party(world.owner):
        assert Membership.objects.filter(party_id=world.owner, role="owner").count() == 2


@pytest.mark.parametrize("what", ["withdrawn", "too old", "another letter", "another address"])
def test_an_invitation_that_does_not_hold_says_so_and_makes_nothing(db, what):
    world = make_world()
    row = invited(world)
    link, made = invitations.token_of(row), Made.new(NEW)
    if what == "withdrawn":
        invitations.withdraw(world.actor("owner"), row.id)
    if what == "another letter":
        link = link[:32] + bytes(16).hex()
    if what == "another address":
        made = Made.new("iemand.anders@example.org")
    with stopped_clock(clock.now() + timedelta(days=8 if what == "too old" else 0)):
        answer = Browser().send("post", f"/invitations/by-link/{link}/accept", made.body())
    assert answer.status_code == (400 if what == "another address" else 410)
    assert not Person.objects.filter(email=made.email).exists()


def test_a_provider_that_asked_two_first_owners_gets_one(db):
    """Its second letter, to an address of its own, makes nobody an owner beside the customer."""
    world = make_world()
    asked = invitations.Asked(NEW, "Nieuwe Eigenaar", Role.OWNER, "nl")
    row = invitations.invite(world.actor("owner"), world.owner, world.provider, asked, InvitationKind.FIRST)
    link = invitations.token_of(row)
    answer = Browser().send("post", f"/invitations/by-link/{link}/accept", Made.new(NEW).body())
    assert answer.status_code == 410
    assert not Person.objects.filter(email=NEW).exists()


def test_a_first_letter_that_was_lost_goes_out_again_and_one_to_a_wrong_address_works_no_longer(db):
    world = make_world()
    office = replace(world.actor("technician"), role="planner")
    new = NewCustomer(PartyKind.COMPANY, "Nieuw BV", "NL", Language.NL, NEW, "Nieuwe Eigenaar")
    customer, first = take_on(office, new)
    asked = invitations.Asked(NEW, "Nieuwe Eigenaar", Role.OWNER, "nl")
    with stopped_clock(clock.now() + timedelta(days=8)):
        assert not invitations.holds(first)
        again = invitations.first_again(office, customer, world.provider, asked)
        assert (again.id, again.letters) == (first.id, 2)
        assert invitations.holds(again)
        other = replace(asked, email="goed@nieuw.example")
        right = invitations.first_again(office, customer, world.provider, other)
        assert right.id != first.id
        with pytest.raises(InvitationGone):
            invitations.by_token(invitations.token_of(first), "192.0.2.7")
        assert invitations.by_token(invitations.token_of(right), "192.0.2.7").id == right.id
        assert next(one.invitation for one in customers(office) if one.party.id == customer) == right


def test_who_has_an_owner_gets_no_first_letter_again(db):
    world = make_world()
    asked = invitations.Asked(NEW, "Nieuwe Eigenaar", Role.OWNER, "nl")
    with pytest.raises(Taken):
        invitations.first_again(world.actor("technician"), world.owner, world.provider, asked)


def test_who_serves_an_owner_does_nothing_with_his_invitations(db):
    world = make_world()
    row = invited(world)
    for who in ("technician", "operator"):  # row-level security shows them his rows
        with pytest.raises(InvitationGone):
            invitations.send_again(world.actor(who), row.id)
        with pytest.raises(InvitationGone):
            invitations.withdraw(world.actor(who), row.id)
    assert invitations.send_again(world.actor("owner"), row.id).letters == 2


def test_wrong_links_are_counted_against_their_address(db):
    make_world()
    browser = Browser("192.0.2.99")
    seen = {browser.get(f"/invitations/by-link/{bytes(32).hex()}").status_code for _ in range(60)}
    assert seen == {410, 429}


def test_only_an_owner_invites_and_a_stranger_sees_none(db):
    world = make_world()
    member = Browser()
    member.sign_in("foreman@dehaan.example")
    body = {"email": NEW, "name": "Nieuw", "role": "owner", "language": "nl"}
    assert member.send("post", "/invitations", body).status_code == 403
    owner = Browser()
    owner.sign_in()
    assert owner.send("post", "/invitations", body).status_code == 200
    assert owner.send("post", "/invitations", body).status_code == 409
    assert owner.send("post", "/invitations", {**body, "email": "x@y.example", "role": "admin"}).status_code == 400
    stranger = Browser()
    stranger.sign_in("vreemd@vreemd.example")
    assert stranger.get("/members").json()["invitations"] == []
    assert len(owner.get("/members").json()["invitations"]) == 1
    assert world.owner


# --- lost and changed -----------------------------------------------------------------------------------------------


def test_the_recovery_code_gives_a_new_password_and_ends_every_session(db):
    browser, made = accepted(make_world())
    old = Person.objects.get(email=NEW).bundle_password_shred
    asked = Browser().send("post", "/recovery", {"email": NEW}).json()
    auth_key = bytes(32)
    bundle = keys.wrap_bundle(made.bundle, bytes(31) + b"2", keys.Wrapper.PASSWORD)
    body = {
        "email": NEW, "question": asked["question"], "auth_key": to_text(auth_key), "bundle": to_text(bundle),
        "signature": made.answers(asked, auth_key + bundle),
    }  # fmt: skip
    assert Browser().send("post", "/recovery/password", {**body, "auth_key": to_text(b"x" * 32)}).status_code == 401
    assert Browser().send("post", "/recovery/password", body).status_code == 200
    assert Browser().send("post", "/recovery/password", body).status_code == 401, "an answer counted twice"
    assert browser.get("/me").status_code == 401
    assert sign_in(Browser(), made).status_code == 401
    after = Browser().sign_in(NEW, auth_key)
    assert after.status_code == 200
    assert from_text(after.json()["bundle"]) == bundle
    assert shred.is_destroyed("account", old), "what the old password wrapped is not forgotten"


def test_who_asks_for_a_recovery_learns_nothing_about_accounts(db):
    accepted(make_world())
    real = Browser().send("post", "/recovery", {"email": NEW}).json()
    fake = Browser().send("post", "/recovery", {"email": "nobody@example.org"}).json()
    again = Browser().send("post", "/recovery", {"email": "nobody@example.org"}).json()
    assert set(real) == set(fake)
    assert all(len(real[name]) == len(fake[name]) for name in ("bundle", "question", "person_id"))
    assert (fake["person_id"], fake["bundle"], fake["suite"]) == (again["person_id"], again["bundle"], real["suite"])
    assert Browser().send("post", "/recovery/letter", {"email": "nobody@example.org"}).json() == {"sent": True}
    tries = {Browser().send("post", "/recovery", {"email": "nobody@example.org"}).status_code for _ in range(12)}
    assert tries == {200, 429}


def test_an_old_question_is_worth_nothing(db):
    _browser, made = accepted(make_world())
    asked = Browser().send("post", "/recovery", {"email": NEW}).json()
    auth_key, bundle = bytes(32), keys.wrap_bundle(made.bundle, bytes(32), keys.Wrapper.PASSWORD)
    body = {
        "email": NEW, "question": asked["question"], "auth_key": to_text(auth_key), "bundle": to_text(bundle),
        "signature": made.answers(asked, auth_key + bundle),
    }  # fmt: skip
    with stopped_clock(clock.now() + timedelta(minutes=11)):
        assert Browser().send("post", "/recovery/password", body).status_code == 401


def test_a_new_recovery_code_makes_the_old_one_open_nothing(db):
    browser, made = accepted(make_world())
    old = Person.objects.get(email=NEW).bundle_recovery_shred
    fresh = to_text(keys.wrap_bundle(made.bundle, bytes(31) + b"n", keys.Wrapper.RECOVERY))
    assert browser.send("put", "/me/recovery", {"auth_key": to_text(bytes(32)), "bundle": fresh}).status_code == 401
    assert browser.send("put", "/me/recovery", {"auth_key": to_text(made.auth_key), "bundle": fresh}).status_code == 200
    assert shred.is_destroyed("account", old)
    assert Browser().send("post", "/recovery", {"email": NEW}).json()["bundle"] == fresh


def test_a_changed_password_ends_every_session_but_this_one(db):
    browser, made = accepted(make_world())
    other = Browser()
    assert sign_in(other, made).status_code == 200
    listed = browser.get("/me/security").json()["sessions"]
    assert [one["this"] for one in listed].count(True) == 1
    assert len(listed) == 2
    bundle = to_text(keys.wrap_bundle(made.bundle, bytes(32), keys.Wrapper.PASSWORD))
    body = {"old_auth_key": to_text(made.auth_key), "auth_key": to_text(bytes(32)), "bundle": bundle}
    assert browser.send("put", "/me/password", {**body, "old_auth_key": to_text(bytes(32))}).status_code == 401
    assert browser.send("put", "/me/password", body).status_code == 200
    assert browser.get("/me").status_code == 200
    assert other.get("/me").status_code == 401
    assert len(browser.get("/me/security").json()["sessions"]) == 1


def test_one_session_is_ended_by_another_and_nobody_elses(db):
    browser, made = accepted(make_world())
    other = Browser()
    sign_in(other, made)
    (theirs,) = [one for one in browser.get("/me/security").json()["sessions"] if not one["this"]]
    stranger = Browser()
    stranger.sign_in("vreemd@vreemd.example")
    stranger.send("post", f"/me/sessions/{theirs['id']}/end")
    assert other.get("/me").status_code == 200
    browser.send("post", f"/me/sessions/{theirs['id']}/end")
    assert other.get("/me").status_code == 401


def test_a_reset_gives_new_keys_and_restores_no_decryption(db):
    world = make_world()
    _browser, made = accepted(world)
    person = Person.objects.get(email=NEW)
    token = recovery.letter_token(person).hex()
    assert Browser().send("post", f"/recovery/by-letter/{token}").json()["email"] == NEW
    fresh, browser = Made.new(NEW, person.id.bytes), Browser()
    answer = browser.send("post", f"/recovery/by-letter/{token}/reset", fresh.body())
    assert answer.status_code == 200, answer.content
    assert answer.json()["person"]["sign_pk"] == to_text(fresh.bundle.signing.public_key)
    assert answer.json()["pins"] is None
    assert all(party["sealed_tenant_key"] is None for party in answer.json()["parties"])
    assert sign_in(Browser(), made).status_code == 200  # the same address derives the same test key
    assert Browser().send("post", f"/recovery/by-letter/{token}").status_code == 401, "the link counted twice"


def test_what_a_code_generator_shared_dies_with_it(db):
    world = make_world()
    browser, _made = accepted(world)
    person = Person.objects.get(email=NEW)
    browser.send("post", "/me/totp")
    begun = SecondFactor.objects.get(person=person).secret_shred
    with_totp(browser)
    counted = SecondFactor.objects.get(person=person).secret_shred
    assert shred.is_destroyed("account", begun)
    assert not shred.is_destroyed("account", counted)
    second_factor.take_off(
        world.actor("owner"), Person.objects.get(id=world.actor("owner").id), person.id, auth_key_of(OWNER)
    )
    assert shred.is_destroyed("account", counted)


def test_who_has_the_mailbox_alone_neither_begins_anew_nor_loses_the_person_his_second_factor(db):
    world = make_world()
    browser, made = accepted(world)
    secret = with_totp(browser)
    person = Person.objects.get(email=NEW)
    link = recovery.letter_token(person).hex()
    told = Browser().send("post", f"/recovery/by-letter/{link}").json()
    assert told["second_factor"]["kinds"] == ["totp"]
    fresh = Made.new(NEW, person.id.bytes)
    own_code = {"question": told["second_factor"]["recovery"]["question"]}
    thief = to_text(fresh.bundle.signing.sign(b"anything"))
    for factor in (None, {"code": "000000"}, {**own_code, "signature": thief}):
        answer = Browser().send("post", f"/recovery/by-letter/{link}/reset", {**fresh.body(), "factor": factor})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "factor_refused")
    person.refresh_from_db()
    assert bytes(person.sign_pk) == made.bundle.signing.public_key
    with stopped_clock(clock.now() + timedelta(minutes=1)):
        code = second_factor.totp(secret, clock.now_ms() // 30_000).decode()
        answer = Browser().send("post", f"/recovery/by-letter/{link}/reset", {**fresh.body(), "factor": {"code": code}})
    assert answer.status_code == 200, answer.content
    assert second_factor.needed(person), "it stays"
    assert "second_factor" in sign_in(Browser(), fresh).json(), "and is asked for as before"


def test_the_recovery_code_stands_in_for_the_factor_at_a_reset(db):
    browser, made = accepted(make_world())
    with_totp(browser)
    person = Person.objects.get(email=NEW)
    link = recovery.letter_token(person).hex()
    asked = Browser().send("post", f"/recovery/by-letter/{link}").json()["second_factor"]["recovery"]
    factor = {"question": asked["question"], "signature": made.answers(asked, b"second factor")}
    body = {**Made.new(NEW, person.id.bytes).body(), "factor": factor}
    assert Browser().send("post", f"/recovery/by-letter/{link}/reset", body).status_code == 200


def test_a_reset_and_a_factor_that_is_taken_off_are_told_to_the_person_and_every_co_owner(db):
    world = make_world()
    accepted(world)
    person, owner = Person.objects.get(email=NEW), Person.objects.get(id=world.actor("owner").id)
    for topic in (notices.RESET, notices.FACTORS_REMOVED):
        outgoing.outbox.clear()
        notices.send(topic, person.id)
        assert [letter.to for letter in outgoing.outbox] == [[NEW], [owner.email]]
        assert "Nieuwe Eigenaar" in outgoing.outbox[1].body


def test_only_another_owner_with_his_password_takes_a_second_factor_off(db):
    world = make_world()
    browser, made = accepted(world)
    with_totp(browser)
    person, owner = Person.objects.get(email=NEW), Person.objects.get(id=world.actor("owner").id)
    path = f"/members/{person.id}/factors/remove"
    other = Browser()
    other.sign_in(owner.email)
    assert other.send("post", path, {"auth_key": to_text(bytes(32))}).status_code == 401, "a stolen session"
    assert browser.send("post", path, {"auth_key": to_text(made.auth_key)}).status_code >= 400, "himself"
    stranger = Browser()
    stranger.sign_in("vreemd@vreemd.example")
    assert stranger.send("post", path, {"auth_key": to_text(auth_key_of(OWNER))}).status_code >= 400
    assert second_factor.needed(person)
    assert other.send("post", path, {"auth_key": to_text(auth_key_of(OWNER))}).status_code == 200
    assert not second_factor.needed(person)


# --- second factors -------------------------------------------------------------------------------------------------


def with_totp(browser: Browser) -> bytes:
    import base64

    drawn = browser.send("post", "/me/totp").json()
    secret = base64.b32decode(drawn["secret"])
    code = second_factor.totp(secret, clock.now_ms() // 30_000).decode()
    assert drawn["picture"].startswith("data:image/svg+xml")
    body = {"id": drawn["id"], "code": "000000", "name": "Telefoon"}
    if code != "000000":
        assert browser.send("post", "/me/totp/confirm", body).status_code == 401
    assert browser.send("post", "/me/totp/confirm", {**body, "code": code}).status_code == 200
    return secret


def test_a_password_alone_gives_nothing_where_there_is_a_second_factor(db):
    browser, made = accepted(make_world())
    secret = with_totp(browser)
    halfway = Browser()
    said = sign_in(halfway, made)
    assert said.json() == {"second_factor": {"kinds": ["totp"], "passkey": None}}
    assert halfway.get("/me").status_code == 401
    assert halfway.get("/units").status_code == 401
    used = second_factor.totp(secret, clock.now_ms() // 30_000).decode()
    assert halfway.send("post", "/sign-in/second-factor", {"code": used}).status_code == 401, "a code counted twice"
    with stopped_clock(clock.now() + timedelta(seconds=60)):
        code = second_factor.totp(secret, clock.now_ms() // 30_000).decode()
        done = halfway.send("post", "/sign-in/second-factor", {"code": code})
        assert done.status_code == 200
        assert done.json()["bundle"]
        second = Browser()
        sign_in(second, made)
        assert second.send("post", "/sign-in/second-factor", {"code": code}).status_code == 401, "replayed elsewhere"


def test_codes_that_are_guessed_are_counted(db):
    browser, made = accepted(make_world())
    with_totp(browser)
    halfway = Browser()
    sign_in(halfway, made)
    seen = [halfway.send("post", "/sign-in/second-factor", {"code": f"{n:06d}"}).status_code for n in range(15)]
    assert seen[-1] == 429
    assert 200 not in seen


def test_the_recovery_code_stands_in_for_a_lost_factor(db):
    browser, made = accepted(make_world())
    with_totp(browser)
    halfway = Browser()
    assert halfway.get("/sign-in/recovery").status_code == 401, "asked without a password"
    sign_in(halfway, made)
    asked = halfway.get("/sign-in/recovery").json()
    wrong = {"question": asked["question"], "signature": made.answers(asked, b"something else")}
    assert halfway.send("post", "/sign-in/second-factor", wrong).status_code == 401
    right = {"question": asked["question"], "signature": made.answers(asked, b"second factor")}
    assert halfway.send("post", "/sign-in/second-factor", right).status_code == 200
    factor = SecondFactor.objects.get(confirmed=True)
    path = f"/me/factors/{factor.id}/remove"
    assert halfway.send("post", path, {"auth_key": to_text(bytes(32))}).status_code == 401
    assert halfway.send("post", path, {"auth_key": to_text(made.auth_key)}).status_code == 200
    assert factor.secret_shred is not None
    assert shred.is_destroyed("account", factor.secret_shred)


def test_letters_speak_the_readers_language(db):
    world = make_world()
    row = invited(world)
    with override("en"):
        invitations.send(world.owner, row.id)
    assert "Welkom" not in outgoing.outbox[-1].body
    assert outgoing.outbox[-1].subject.startswith("U bent uitgenodigd")
