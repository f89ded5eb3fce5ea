# SPDX-License-Identifier: EUPL-1.2
"""Journey 21 as the server has it: a stranger asks for recordings of himself, somebody of a customer's people asks for
what is written about him; identity, search, review, approval, answer, refusal, erasure, and the clock."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import pypdf
import pytest
from django.core import mail
from tests.actors import World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.server.consents import actions as consents
from zegel.server.consents import purposes
from zegel.server.consents.queries import mine as given_by
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.plans.models import Contact
from zegel.server.requests import answering, handling, intake, jobs, queries, rules, searching
from zegel.server.requests.errors import (
    BadCase,
    LinkGone,
    NotApproved,
    NotEstablished,
    NotNow,
    NotReviewed,
    UnknownCase,
    WrongCode,
)
from zegel.server.requests.handling import Proposal
from zegel.server.requests.intake import Said
from zegel.server.requests.models import Case
from zegel.server.requests.rules import (
    AboutWhat,
    Channel,
    Deed,
    EraseHow,
    Ground,
    How,
    Outcome,
    Right,
    State,
    Verdict,
)
from zegel.server.tasks import actions as tasks
from zegel.server.tasks.models import Task

DEHAAN, WAAK, YARD = WORLD.party("dehaan").id, WORLD.party("waak").id, WORLD.site("yard").id


def letters() -> list[Any]:
    found, mail.outbox = list(mail.outbox), []
    return found


def link_in(letter: Any, what: str) -> str:
    found = re.search(rf"/request/{what}/([A-Za-z0-9_-]{{43}})", letter.body)
    assert found, letter.body
    return found.group(1)


def passer_by(**other: Any) -> Said:
    now = clock.now()
    said: dict[str, Any] = {
        "about": AboutWhat.FOOTAGE, "rights": (Right.ACCESS, Right.COPY), "language": "nl", "name": "Jo Bakker",
        "email": "jo@passer.example", "text": "I walked past.", "site_id": YARD, "look": "red coat",
        "from_at": now - timedelta(minutes=5), "to_at": now,
    }  # fmt: skip
    return Said(**(said | other))


def confirmed(said: Said) -> tuple[Case, str]:
    """A form, its letter, the link in it pressed."""
    case = intake.submit(DEHAAN, said)
    jobs.tell(str(DEHAAN), str(case.id), "confirm")
    [letter] = letters()
    assert said.text not in letter.body
    done = intake.confirm(link_in(letter, "confirm"))
    assert done.code is not None
    return case, done.code


def records(world: World, *rights: Right, email: str = "foreman@dehaan.example") -> Case:
    """A letter from the foreman, taken in by the provider's privacy officer."""
    said = Said(AboutWhat.RECORDS, rights, "nl", "Yusuf Demir", email)
    return intake.take_in(world.actor("privacy"), DEHAAN, said, Channel.LETTER)


def found_himself(world: World, case: Case) -> None:
    officer = world.actor("privacy")
    handling.establish(officer, case.id, How.CALLED_BACK, "knew his contract and the yard's code word")
    chosen = [(one.kind, one.value) for one in searching.candidates(officer, case.id)]
    assert {kind for kind, _ in chosen} >= {"person", "contact"}
    searching.choose(officer, case.id, chosen)


def reviewed(world: World, case: Case) -> None:
    officer = world.actor("privacy")
    lines = [
        (one.field.model, one.field.key, one.field.name, Verdict.GIVE, "")
        for one in searching.of_case(officer, case.id).fields
        if one.field.value is not None
    ]
    assert searching.review(officer, case.id, lines) == 0


def sent_link(case: Case) -> str:
    with tenancy.acting_as(case.owner_id):
        answer = Case.objects.get(id=case.id).answers.get()
    jobs.send_answer(str(case.owner_id), str(case.id), str(answer.id))
    [letter] = letters()
    return link_in(letter, "answer")


def opened(case: Case, code: str) -> dict[str, bytes]:
    """What the requester has in his hands."""
    token = sent_link(case)
    mine = answering.open_link(token, code)
    package = answering.fetch(token, mine.browser)
    archive = zipfile.ZipFile(io.BytesIO(package.content))
    return {name: archive.read(name) for name in archive.namelist()}


def test_a_passer_by_asks_for_himself_and_the_owner_hands_the_film_over(world: World) -> None:
    world.burglary()
    officer, owner = world.actor("privacy"), world.actor("owner")
    case, code = confirmed(passer_by())
    assert queries.case(officer, case.id).case.due_at == rules.add_months(case.received_at, 1)
    assert searching.of_case(officer, case.id).recordings == []  # not before it is sure who asks
    with pytest.raises(NotEstablished):
        handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED))
    with pytest.raises(BadCase):
        handling.establish(officer, case.id, How.EMAIL_CONFIRMED, "pressed the link")  # an address shows no face
    with pytest.raises(BadCase, match="numbers"):
        handling.establish(officer, case.id, How.RECOGNISED, "passport NX 123 456 7")
    handling.establish(officer, case.id, How.RECOGNISED, "compared with himself in a video call: red coat")
    [recording] = searching.of_case(officer, case.id).recordings
    assert recording.seconds == 40
    handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED, words="The film comes from De Haan."))
    with pytest.raises(NotApproved):
        answering.give(officer, case.id)  # the owner is responsible, not his processor
    with pytest.raises(NotNow):
        answering.give(owner, case.id)  # no film yet
    handling.did(owner, case.id, Deed.FILM_HANDED, "redacted and sent", proof=b"h" * 32)
    handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED))
    answering.give(owner, case.id)
    files = opened(case, code)
    answer = json.loads(files["answer.json"])
    assert answer["recordings"][0]["seconds"] == 40
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(files["answer.pdf"])).pages)
    assert case.number in text
    assert "De Haan Bouw BV" in text
    with tenancy.acting_as(DEHAAN):
        told_of_it = ledger.entries(list(Kind), DEHAAN, since_ms=0, about=case.id)
    said = [entry.said for entry in told_of_it if entry.said is not None]
    assert {one.kind for one in said} == {Kind.DATA_REQUEST, Kind.EXPORT}
    assert all("Bakker" not in str(one.facts) for one in said)


def test_the_link_opens_with_the_code_in_one_browser_only(world: World) -> None:
    case, code = confirmed(passer_by())
    officer, owner = world.actor("privacy"), world.actor("owner")
    handling.not_established(officer, case.id, "did not come")
    with pytest.raises(NotEstablished):
        handling.prepare(officer, case.id, Proposal(Outcome.NOTHING_HELD))
    handling.prepare(officer, case.id, Proposal(Outcome.REFUSED, Ground.IDENTITY_UNKNOWN))
    answering.give(owner, case.id)
    with pytest.raises(WrongCode):  # who was not established has no code any more, and nothing of him went out
        answering.open_link(sent_link(case), code)

    case, code = confirmed(passer_by())
    handling.establish(officer, case.id, How.RECOGNISED, "came to the counter")
    handling.prepare(officer, case.id, Proposal(Outcome.NOTHING_HELD))
    answering.give(owner, case.id)
    token = sent_link(case)
    with pytest.raises(LinkGone, match="link"):
        answering.opened(token, "")
    with pytest.raises(WrongCode):
        answering.open_link(token, "AAAAA-AAAAA")
    mine = answering.open_link(token, code.lower())
    with pytest.raises(LinkGone):
        answering.open_link(token, code)
    with pytest.raises(LinkGone):
        answering.fetch(token, rules.new_token())
    assert answering.fetch(token, mine.browser).content[:2] == b"PK"
    with stopped_clock(clock.now() + timedelta(hours=25)):
        with pytest.raises(LinkGone):
            answering.fetch(token, mine.browser)
        assert answering.destroy_expired(DEHAAN) >= 1


def test_five_wrong_codes_end_a_link(world: World) -> None:
    case, code = confirmed(passer_by())
    handling.establish(world.actor("privacy"), case.id, How.RECOGNISED, "came to the counter")
    handling.prepare(world.actor("privacy"), case.id, Proposal(Outcome.NOTHING_HELD))
    answering.give(world.actor("owner"), case.id)
    token = sent_link(case)
    for _ in range(rules.MOST_TRIES):
        with pytest.raises(WrongCode):
            answering.open_link(token, "BBBBB-BBBBB")
    with pytest.raises(LinkGone):
        answering.open_link(token, code)


def test_what_is_written_of_somebody_is_found_reviewed_and_given(world: World) -> None:
    case = records(world, Right.ACCESS, Right.PORTABILITY)
    officer, owner = world.actor("privacy"), world.actor("owner")
    _case, code = handling.establish(officer, case.id, How.KNOWN_DETAILS, "knew the yard's code word")
    assert code is not None
    searching.choose(officer, case.id, [(one.kind, one.value) for one in searching.candidates(officer, case.id)])
    found = searching.of_case(officer, case.id)
    models = {one.field.model for one in found.fields}
    assert {"people.Person", "people.Membership", "plans.Contact"} <= models
    assert all(one.field.value is None for one in found.fields if one.field.name in ("auth_hash", "code_word"))
    with pytest.raises(NotReviewed):
        handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED))
        answering.give(owner, case.id)
    reviewed(world, case)
    note = next(one.field for one in found.fields if one.field.name == "guard_note")
    assert note.free
    searching.review(officer, case.id, [(note.model, note.key, note.name, Verdict.EDITED, "Has the key.")])
    handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED))
    answering.give(owner, case.id)
    files = opened(case, code)
    contact = json.loads(files["data/plans-contact.json"])["rows"][0]["fields"]
    assert contact["guard_note"]["value"] == "Has the key."
    assert contact["name"] == {
        "value": "Yusuf Demir", "state": "give", "category": "contact", "purpose": contact["name"]["purpose"],
        "legal_basis": contact["name"]["legal_basis"], "recipients": contact["name"]["recipients"],
        "term": contact["name"]["term"], "term_starts": contact["name"]["term_starts"],
    }  # fmt: skip
    assert b"auth_hash" in files["data/people-person.json"]
    assert "lives ten minutes away" not in str(files)


def test_a_value_that_changed_after_it_was_looked_at_is_looked_at_again(world: World) -> None:
    case = records(world, Right.ACCESS)
    found_himself(world, case)
    reviewed(world, case)
    with tenancy.acting_as(DEHAAN):
        Contact.objects.filter(name="Yusuf Demir").update(guard_note="ask for Piet de Vries, +31 6 1234")
    assert searching.of_case(world.actor("privacy"), case.id).left == 1


@pytest.mark.parametrize("how", list(EraseHow))
def test_somebody_who_was_erased_is_found_in_no_table_any_more(world: World, how: EraseHow, seeded: Any) -> None:
    with tenancy.acting_as(DEHAAN):
        Contact.objects.filter(name="Yusuf Demir").update(guard_note="Planted-Marker-77, call him first")
    case = records(world, Right.ERASURE)
    found_himself(world, case)
    officer, owner = world.actor("privacy"), world.actor("owner")
    handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED, erase_how=how))
    assert tables_with(seeded, "Planted-Marker-77")
    with pytest.raises(NotNow):
        answering.give(owner, case.id)  # without having seen what goes
    shown = answering.preview(owner, case.id, how)
    assert shown.lines
    answering.give(owner, case.id, shown.proof)
    sent_link(case)
    for marker in ("Planted-Marker-77", "foreman@dehaan.example", "Yusuf", "Demir"):
        assert tables_with(seeded, marker) == {}, marker
    row = queries.case(officer, case.id).case
    assert (row.state, row.number, row.name, row.email) == (State.ANSWERED, case.number, "", "")
    assert row.forgotten_at is not None


def tables_with(server: Any, marker: str) -> dict[str, int]:
    """Tables that have the text in a row, as text or as bytes; read past row-level security."""
    import psycopg

    found = {}
    with psycopg.connect(server.urls().admin) as connection:
        tables = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (table,) in tables:
            as_hex = marker.encode().hex()
            query = f"SELECT count(*) FROM {table} t WHERE t::text ILIKE %s OR t::text ILIKE %s"
            (count,) = connection.execute(query, [f"%{marker}%", f"%{as_hex}%"]).fetchone() or (0,)
            if count:
                found[table] = count
    return found


def test_an_erasure_that_is_another_one_than_was_shown_is_not_done(world: World) -> None:
    case = records(world, Right.ERASURE)
    found_himself(world, case)
    owner = world.actor("owner")
    handling.prepare(world.actor("privacy"), case.id, Proposal(Outcome.FULFILLED, erase_how=EraseHow.ERASE))
    shown = answering.preview(owner, case.id, EraseHow.ERASE)
    with tenancy.acting_as(DEHAAN):
        Contact.objects.filter(name="Pieter de Haan").update(name="Yusuf Demir")
    searching.choose(
        world.actor("privacy"), case.id,
        [(one.kind, one.value) for one in searching.candidates(world.actor("privacy"), case.id)],
    )  # fmt: skip
    handling.prepare(world.actor("privacy"), case.id, Proposal(Outcome.FULFILLED, erase_how=EraseHow.ERASE))
    with pytest.raises(NotNow):
        answering.give(owner, case.id, shown.proof)


def test_nobody_else_sees_a_request(world: World) -> None:
    case = records(world, Right.ACCESS)
    for stranger in ("household", "nordplan", "nordtech"):
        with pytest.raises((UnknownCase, Denied)):
            queries.case(world.actor(stranger), case.id)
    for near in ("supervisor", "operator", "technician", "foreman", "planner"):
        with pytest.raises(Denied):
            queries.case(world.actor(near), case.id)
    assert queries.cases(world.actor("household")) == []
    with pytest.raises(Denied):
        handling.establish(world.actor("owner"), case.id, How.CALLED_BACK, "it is me")
    with pytest.raises(Denied):
        intake.take_in(world.actor("privacy"), WORLD.party("lindqvist").id, passer_by(), Channel.PHONE)
    with pytest.raises(BadCase):  # another controller's people can't be looked for
        handling.establish(world.actor("privacy"), case.id, How.CALLED_BACK, "called him")
        searching.choose(world.actor("privacy"), case.id, [("person", str(WORLD.person("household").id))])


def test_the_clock_is_extended_once_reminds_and_says_what_is_late(world: World) -> None:
    case = records(world, Right.ACCESS)
    officer = world.actor("privacy")
    letters()
    with stopped_clock(clock.now()) as time:
        jobs.by_the_clock(DEHAAN)
        assert letters() == []
        time.advance(case.due_at - clock.now() - timedelta(days=6))
        jobs.by_the_clock(DEHAAN)
        jobs.by_the_clock(DEHAAN)
        assert [letter.to for letter in letters()] == [["privacy@waak.example"]]
        handling.extend(officer, case.id, "Many recordings have to be looked through.")
        jobs.tell(str(DEHAAN), str(case.id), "extended")
        assert "Many recordings" in letters()[0].body
        with pytest.raises(NotNow):
            handling.extend(officer, case.id, "And some more of them still.")
        row = queries.case(officer, case.id).case
        assert row.due_at == rules.add_months(case.due_at, 2)
        assert queries.late(DEHAAN) == 0
        time.advance(row.due_at - clock.now() + timedelta(hours=1))
        assert queries.late(DEHAAN) == 1
        assert queries.figures(officer, case.received_at).late == 1
        tasks.sweep(WAAK)
        with tenancy.acting_as(WAAK):
            task = Task.objects.get(kind="data_request")
        assert task.due_at == row.due_at


def test_a_form_that_nobody_confirms_is_gone_after_a_week(world: World) -> None:
    case = intake.submit(DEHAAN, passer_by())
    assert queries.cases(world.actor("privacy"))[0].state == State.UNCONFIRMED
    with stopped_clock(clock.now() + timedelta(days=8)):
        jobs.by_the_clock(DEHAAN)
        with pytest.raises(UnknownCase):
            queries.case(world.actor("privacy"), case.id)


def test_the_register_names_nobody(world: World) -> None:
    case = records(world, Right.ACCESS)
    handling.withdraw(world.actor("privacy"), case.id, "He thought better of it.")
    sent = queries.register(world.actor("privacy"))
    text = sent.content.decode()
    assert case.number in text
    assert "Yusuf" not in text
    assert "foreman" not in text


def test_who_signs_in_asks_for_his_own_and_it_is_sure_who_he_is(world: World) -> None:
    case, code = intake.ask_mine(world.actor("foreman"), [Right.ACCESS], "everything, please")
    officer = world.actor("privacy")
    assert UUID(queries.case(officer, case.id).case.subjects[0][1]) == WORLD.person("foreman").id
    reviewed(world, case)
    handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED))
    answering.give(world.actor("owner"), case.id)
    assert "data/people-person.json" in opened(case, code)


def test_whoever_withdraws_his_consents_by_letter_has_them_withdrawn(world: World) -> None:
    foreman = world.actor("foreman")
    seen = purposes.hash_of(purposes.words_of(purposes.PUSH, "nl"))
    consents.give(foreman, purposes.PUSH, seen, "nl", "/portal/notifications")
    case = records(world, Right.WITHDRAWAL)
    found_himself(world, case)
    officer = world.actor("privacy")
    handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED))
    with pytest.raises(NotNow):
        answering.give(world.actor("owner"), case.id)  # not before it was done
    handling.did(officer, case.id, Deed.CONSENT_WITHDRAWN, "all of them, as he wrote")
    handling.prepare(officer, case.id, Proposal(Outcome.FULFILLED))
    answering.give(world.actor("owner"), case.id)
    assert [row.withdrawn_place for row in given_by(foreman)] == ["/request"]


def test_who_has_no_address_gets_his_answer_on_paper_and_nobody_elses_is_printed(world: World) -> None:
    officer, owner = world.actor("privacy"), world.actor("owner")
    for email in ("", "foreman@dehaan.example"):
        said = Said(AboutWhat.RECORDS, (Right.ACCESS,), "nl", "Yusuf Demir", email, postal="Kade 12, Rotterdam")
        case = intake.take_in(officer, DEHAAN, said, Channel.LETTER)
        with pytest.raises(NotNow):
            answering.printed(officer, case.id)  # there is none yet
        handling.not_established(officer, case.id, "He did not come with anything that shows it.")
        handling.prepare(officer, case.id, Proposal(Outcome.REFUSED, Ground.IDENTITY_UNKNOWN, "It is not sure."))
        answering.give(owner, case.id)
        if email:
            sent_link(case)
            with pytest.raises(NotNow):
                answering.printed(officer, case.id)
            continue
        sent = answering.printed(officer, case.id)
        assert sent.content.startswith(b"%PDF")
        with tenancy.acting_as(DEHAAN):
            [line] = [one for one in ledger.entries([Kind.EXPORT], DEHAAN, since_ms=0) if one.index == sent.index]
            assert line.said is not None
            assert (line.said.facts["what"], line.said.facts["recipient"]) == ("answer_letter", "data_subject")
        for person in ("technician", "planner", "supervisor", "household"):
            with pytest.raises((Denied, UnknownCase)):
                answering.printed(world.actor(person), case.id)
