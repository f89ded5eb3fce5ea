# SPDX-License-Identifier: EUPL-1.2
"""Journey 22 at the server: found at nine, registered, judged; the customer told in writing within 48 hours with the
form filled in; measures followed up; and what comes late says why."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outgoing

from tests.actors import World
from tests.clock import stopped_clock
from zegel.declare import Category
from zegel.demo.world import WORLD
from zegel.server.api import breaches as api
from zegel.server.breaches import actions, jobs, queries
from zegel.server.breaches.actions import Assessment, Judgement, Telling
from zegel.server.breaches.counting import Scope
from zegel.server.breaches.errors import BadBreach, LateWithoutReason, NotYet, UnknownBreach
from zegel.server.breaches.models import Affected, Breach, Duty, Measure, Notice
from zegel.server.breaches.rules import DutyKind, How, Level, Nature, Risk, Side, State
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.plans.models import Contact
from zegel.server.privacy import actions as privacy
from zegel.server.privacy.errors import BadContact
from zegel.server.tasks import actions as tasks
from zegel.server.tasks import jobs as task_jobs
from zegel.server.tasks import naming
from zegel.server.tasks import queries as task_queries
from zegel.server.tasks.models import Task

WAAK, DEHAAN = WORLD.party("waak").id, WORLD.party("dehaan").id
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
CONTACTS = Scope(categories=(Category.CONTACT, Category.LOCATION))


def assessed(world: World, scope: Scope = CONTACTS) -> Breach:
    row = actions.report(world.actor("technician"), "A laptop with the list of keyholders was left in a train.")
    return actions.assess(
        world.actor("privacy"), row.id,
        Assessment(scope, (Nature.CONFIDENTIALITY,), "Left behind", clock.now() - timedelta(hours=2), clock.now()),
    )  # fmt: skip


def judged(world: World, risk: Risk = Risk.RISK) -> Breach:
    row = assessed(world)
    reason = "The disk is encrypted, the paper list was not."
    said = Judgement(Level.MEDIUM, Level.MEDIUM, risk, reason, "Nuisance calls.")
    return actions.judge(world.actor("privacy"), row.id, said)


def of_breaches(world: World) -> list[Task]:
    found = task_queries.tasks(world.actor("privacy"), task_queries.Which.OPEN)
    return [one for one in found if one.about == "breach"]


def duty(row: Breach, kind: DutyKind) -> Duty:
    with tenancy.acting_as(WAAK):
        return Duty.objects.get(breach=row, kind=kind.value, dropped_at=None)


def letter(world: World, found: Duty, **more: object) -> Telling:
    text = actions.draft(world.actor("privacy"), found.id, "nl")
    return Telling(How.MAIL, "nl", "privacy@dehaan.example", text.subject, text.body, **more)  # type: ignore[arg-type]


def test_anybody_who_works_here_reports_in_two_fields_and_both_clocks_run_at_once(world: World) -> None:
    with stopped_clock(NINE):
        row = actions.report(world.actor("technician"), "A laptop was left in a train.", NINE - timedelta(hours=1))
        assert (row.number, row.state) == (1, State.REPORTED.value)
        with tenancy.acting_as(WAAK):
            due = {one.kind: one.due_at for one in Duty.objects.filter(breach=row)}
        assert due == {"customer": NINE + timedelta(hours=47), "authority": NINE + timedelta(hours=71)}
        assert actions.report(world.actor("operator"), "A screen was photographed.").number == 1  # another register
        assert actions.report(world.actor("planner"), "A letter went to the wrong address.").number == 2


def test_a_customer_reports_nothing_here_and_a_technician_reads_no_register(world: World) -> None:
    with pytest.raises(Denied):
        actions.report(world.actor("owner"), "A laptop was left in a train.")
    row = assessed(world)
    for person in ("technician", "planner"):
        with pytest.raises(Denied):
            actions.dismiss(world.actor(person), row.id, "It was nothing at all, really.")
    with pytest.raises(UnknownBreach):  # of another register
        actions.dismiss(world.actor("supervisor"), row.id, "It was nothing at all, really.")
    with pytest.raises(BadBreach):
        actions.report(world.actor("technician"), "It will happen.", clock.now() + timedelta(hours=1))


def test_the_declarations_say_how_many_people_and_whose_processing(world: World) -> None:
    row = assessed(world)
    with tenancy.acting_as(WAAK):
        found = {(one.party_id, one.side): one for one in Affected.objects.filter(breach=row)}
        contacts = Contact.objects.filter(owner_id=DEHAAN).count()
    customer, own = found[DEHAAN, Side.PROCESSOR.value], found[WAAK, Side.CONTROLLER.value]
    line = next(one for one in customer.lines if one["model"] == "plans.Contact")
    assert line["records"] == contacts > 0
    assert line["people"] == contacts
    assert customer.people is not None
    assert customer.people >= contacts
    assert "people.Person" in {one["model"] for one in own.lines}  # accounts are the provider's own processing
    assert not {one["model"] for one in customer.lines} & {"people.Person"}
    lindqvist = WORLD.party("lindqvist").id
    assert lindqvist not in {party for party, _side in found}  # another provider's customer


def test_what_is_on_images_is_counted_in_records_and_its_people_are_not_guessed(world: World) -> None:
    world.burglary()
    row = assessed(world, Scope(categories=(Category.IMAGE,)))
    with tenancy.acting_as(WAAK):
        one = Affected.objects.get(breach=row, party_id=DEHAAN, side=Side.PROCESSOR.value)
    assert one.records > 0
    assert any("filmed" in line["subjects"] and line["people"] is None for line in one.lines)
    said = actions.say_numbers(world.actor("privacy"), one.id, 4, 10)
    actions.assess(world.actor("privacy"), row.id, Assessment(
        Scope(categories=(Category.IMAGE,), since=clock.now() - timedelta(days=1), until=clock.now()),
        (Nature.CONFIDENTIALITY,), "", None, None))  # fmt: skip
    with tenancy.acting_as(WAAK):
        again = Affected.objects.get(id=said.id)
    assert (again.people, again.records) == (4, 10)  # what the officer said stays
    assert again.counted_records != 10


def test_who_must_be_told_follows_from_the_judgement(world: World) -> None:
    row = judged(world, Risk.UNLIKELY)
    with tenancy.acting_as(WAAK):
        live = {one.kind for one in Duty.objects.filter(breach=row, dropped_at=None)}
    assert live == {"customer"}  # however small the risk
    actions.judge(world.actor("privacy"), row.id, Judgement(
        Level.HIGH, Level.HIGH, Risk.HIGH, "Names and addresses of keyholders.", "Burglary."))  # fmt: skip
    with tenancy.acting_as(WAAK):
        live = {one.kind for one in Duty.objects.filter(breach=row, dropped_at=None)}
    assert live == {"customer", "authority", "people"}
    with pytest.raises(BadBreach):
        actions.drop(world.actor("privacy"), duty(row, DutyKind.AUTHORITY).id, "We would rather not tell them.")
    actions.drop(world.actor("privacy"), duty(row, DutyKind.PEOPLE).id, "34(3)(a): the disk was encrypted.")


def test_the_customer_is_told_in_writing_with_the_form_filled_in_and_evidence_is_kept(world: World) -> None:
    privacy.name_contact(world.actor("owner"), privacy.Named("Eva Mol", "privacy@dehaan.example", "+31 10 123 4567"))
    row = judged(world)
    found = duty(row, DutyKind.CUSTOMER)
    with tenancy.acting_as(WAAK):
        assert queries.addressee(DEHAAN) == ("Eva Mol", "privacy@dehaan.example")
    notice = actions.tell(world.actor("privacy"), found.id, letter(world, found))
    assert notice.told_at is None
    outgoing.outbox.clear()
    jobs.send_notice(str(WAAK), str(notice.id))
    sent = outgoing.outbox[-1]
    files = {name: content for name, content, _type in sent.attachments}
    assert sent.to == ["privacy@dehaan.example"]
    assert "72 uur" in sent.body
    assert bytes(files["breach-1.pdf"])[:5] == b"%PDF-"
    data = json.loads(files["breach-1-form.json"])
    assert data["controller"] == "De Haan Bouw BV"
    assert data["processor"] == "Waakzaam Bouwplaatsen BV"
    assert data["records_approximately"] > 0
    with tenancy.acting_as(WAAK):
        found = Duty.objects.get(id=found.id)
        kept = Notice.objects.get(id=notice.id)
        said = [one.said.facts["what"] for one in ledger.entries([Kind.BREACH], WAAK, since_ms=0) if one.said]
    assert found.met_at is not None
    assert found.complete
    assert kept.told_at is not None
    assert "told" in said
    jobs.send_notice(str(WAAK), str(notice.id))  # again is harmless
    assert len(outgoing.outbox) == 1


def test_a_letter_comes_in_four_languages_and_never_before_the_facts(world: World) -> None:
    row = actions.report(world.actor("technician"), "A laptop was left in a train.")
    with tenancy.acting_as(WAAK):
        early = Duty.objects.get(breach=row, kind="customer")
    with pytest.raises(NotYet):
        actions.draft(world.actor("privacy"), early.id, "nl")
    found = duty(judged(world), DutyKind.CUSTOMER)
    bodies = {one: actions.draft(world.actor("privacy"), found.id, one).body for one in ("nl", "sv", "de", "en")}
    assert len(set(bodies.values())) == 4
    assert all("De Haan Bouw BV" in body for body in bodies.values())


def test_what_comes_after_its_hours_says_why(world: World) -> None:
    with stopped_clock(NINE) as time:
        row = judged(world)
        found = duty(row, DutyKind.AUTHORITY)
        text = actions.draft(world.actor("privacy"), found.id, "nl")
        said = Telling(How.FORM, "nl", "AP", text.subject, text.body, reference="AP-2026-1")
        time.advance(73 * 3600)
        with tenancy.acting_as(WAAK):
            assert len(queries.late(WAAK)) == 2
        with pytest.raises(LateWithoutReason):
            actions.tell(world.actor("privacy"), found.id, said)
        late = Telling(**{**vars(said), "late_reason": "The laptop came back only then.", "final": False})
        first = actions.tell(world.actor("privacy"), found.id, late)
        second = actions.tell(world.actor("privacy"), found.id, said)
        assert (first.phase, second.phase) == (1, 2)
        with tenancy.acting_as(WAAK):
            found = Duty.objects.get(id=found.id)
            assert found.complete
            assert {one.kind for one in queries.late(WAAK)} == {"customer"}


def test_officers_are_reminded_while_a_clock_runs_and_once_for_each_stage(world: World) -> None:
    with stopped_clock(NINE) as time:
        actions.report(world.actor("technician"), "A laptop was left in a train.")
        counts = []
        for hours in (0, 0, 24, 12, 10, 2, 23, 1, 24):
            time.advance(hours * 3600)
            outgoing.outbox.clear()
            jobs.remind_of(WAAK)
            counts.append(len(outgoing.outbox))
        assert counts == [2, 0, 2, 2, 2, 2, 2, 2, 2]  # privacy officer and administrator
        assert "TE LAAT" in outgoing.outbox[-1].body
        assert WAAK in jobs._parties()


def test_a_case_closes_when_it_is_judged_everybody_was_told_and_it_was_evaluated(world: World) -> None:
    row = judged(world)
    officer = world.actor("privacy")
    made = actions.measure(officer, row.id, "Encrypt every laptop", WORLD.person("technician").id, NINE)
    with pytest.raises(NotYet):
        actions.evaluate(officer, row.id, "It went well, mostly.", "Encrypt.", close=True)
    for kind in (DutyKind.CUSTOMER, DutyKind.AUTHORITY):
        found = duty(row, kind)
        text = actions.draft(officer, found.id, "nl")
        actions.tell(officer, found.id, Telling(How.POST, "nl", "De Haan", text.subject, text.body))
    closed = actions.evaluate(officer, row.id, "It went well, mostly.", "Encrypt.", close=True)
    assert closed.state == State.CLOSED.value
    with pytest.raises(NotYet):
        actions.judge(officer, row.id, Judgement(Level.LOW, Level.LOW, Risk.UNLIKELY, "On second thoughts.", ""))
    assert actions.measure_done(officer, made.id, True).done_at is not None
    assert actions.measure_done(officer, made.id, False).done_at is None
    assert actions.reopen(officer, row.id).state == State.JUDGED.value


def test_the_register_has_every_breach_also_what_was_none_and_why(world: World) -> None:
    first = judged(world)
    second = actions.report(world.actor("planner"), "=A letter went to the wrong address.")
    actions.dismiss(world.actor("privacy"), second.id, "It held no personal data.")
    with tenancy.acting_as(WAAK):
        assert not Duty.objects.filter(breach=second, dropped_at=None).exists()
        rows = queries.register(WAAK)
        content = api._register_csv(rows, queries.duties_of([row.id for row in rows]), {})
    found = list(csv.DictReader(io.StringIO(content.decode())))
    assert [row["number"] for row in found] == ["2", "1"]
    assert found[0]["state"] == "no_breach"
    assert found[0]["reason"] == "It held no personal data."
    assert found[0]["what"].startswith("'=")  # no spreadsheet runs it
    assert found[1]["risk"] == first.risk


def test_what_is_owed_stands_on_the_offices_list_with_its_hour(world: World) -> None:
    row = assessed(world)
    tasks.sweep(WAAK)
    found = of_breaches(world)
    assert sorted(one.kind for one in found) == ["breach_judge", "breach_tell", "breach_tell"]
    assert min(one.due_at for one in found if one.due_at) == row.known_at + timedelta(hours=48)
    told = naming.of(world.actor("privacy"), found).told
    assert all(one.path == f"/backoffice/privacy/breaches/{row.id}" for one in told.values())
    assert {one.words for one in told.values()} >= {"Breach 1: assess and judge it", "Breach 1: tell the customer"}
    actions.dismiss(world.actor("privacy"), row.id, "It held no personal data.")
    tasks.sweep(WAAK)
    assert not of_breaches(world)


def test_an_alarm_centres_own_breach_stands_on_its_supervisors_list_and_on_nobody_elses(world: World) -> None:
    supervisor = world.actor("supervisor")
    row = actions.report(supervisor, "An operator's screen was filmed by a visitor.")
    task_jobs.sweep(0)

    def listed() -> list[str]:
        return [one.kind for one in task_queries.tasks(supervisor, task_queries.Which.OPEN)]

    assert set(listed()) == {"breach_tell", "breach_judge"}, "nothing of a provider's office"
    found = task_queries.tasks(supervisor, task_queries.Which.OPEN)
    assert naming.of(supervisor, found).told[found[0].id].path == f"/backoffice/privacy/breaches/{row.id}"
    tasks.assign(supervisor, found[-1].id, supervisor.id)
    tasks.done(supervisor, found[-1].id)
    assert not of_breaches(world)
    actions.dismiss(supervisor, row.id, "No picture of anybody was on it.")
    task_jobs.sweep(0)
    assert listed() == []
    with pytest.raises(Denied):
        tasks.done(world.actor("operator"), found[0].id)


def test_no_customer_and_no_other_provider_sees_a_case(world: World) -> None:
    judged(world)
    for party in ("dehaan", "centrale", "nordvakt"):
        with tenancy.acting_as(WORLD.party(party).id):
            for model in (Breach, Affected, Duty, Notice, Measure):
                assert not model.objects.exists()


def test_a_privacy_contact_is_reachable_and_what_stood_before_stays(world: World) -> None:
    owner = world.actor("owner")
    for wrong in (
        privacy.Named("Eva Mol", "eva", "+31 10 123 4567"),
        privacy.Named("Eva Mol", "eva@dehaan.example", "none"),
        privacy.Named("Eva Mol", "eva@dehaan.example", "+31 10 123 4567", "http://dehaan.example/privacy"),
    ):
        with pytest.raises(BadContact):
            privacy.name_contact(owner, wrong)
    privacy.name_contact(owner, privacy.Named("Eva Mol", "eva@dehaan.example", "+31 10 123 4567"))
    privacy.name_contact(owner, privacy.Named("Bo Vos", "bo@dehaan.example", "+31 10 123 4568"))
    with pytest.raises(Denied):
        privacy.name_contact(world.actor("foreman"), privacy.Named("Yusuf", "y@dehaan.example", "+31 10 123 4567"))
    from zegel.server.privacy import queries as contacts

    with tenancy.acting_as(DEHAAN):
        assert [row.name for row in contacts.history(DEHAAN)][:2] == ["Bo Vos", "Eva Mol"]
    assert contacts.contact_of(DEHAAN) is not None
