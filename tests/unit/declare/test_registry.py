# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest

from zegel.declare import registry
from zegel.declare.registry import DeclarationError, declare, not_personal
from zegel.declare.vocabulary import Basis, Category, Erase, Export, Purpose, Recipient, Start, Subject, Term


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(registry, "_declared", {})
    monkeypatch.setattr(registry, "_marked", {})


def declare_email(**changes):
    words = {
        "subject": Subject.USER,
        "path": "id",
        "category": Category.CONTACT,
        "purpose": Purpose.ACCOUNT,
        "basis": Basis.CONTRACT,
        "recipients": (Recipient.PROVIDER,),
        "term": Term.ACCOUNT,
        "starts": Start.ACCOUNT_ENDED,
        "export": Export.VALUE,
        "erase": Erase.BLANK,
    }
    declare("people.Person", "email", **{**words, **changes})


def test_a_field_that_nobody_spoke_for_is_named():
    declare_email()
    not_personal("people.Person", ["suite"], why="which algorithms the keys are for")
    assert registry.undeclared({"people.Person": ["email", "suite", "shoe_size"]}) == ["people.Person.shoe_size"]


def test_a_declaration_of_what_no_longer_exists_is_named():
    declare_email()
    assert registry.unknown({"people.Person": ["suite"]}) == ["people.Person.email"]


def test_saying_the_same_twice_is_harmless():
    declare_email()
    declare_email()
    assert len(registry.declarations()) == 1


def test_contradictions_are_refused():
    declare_email()
    with pytest.raises(DeclarationError, match="twice"):
        declare_email(basis=Basis.CONSENT)
    with pytest.raises(DeclarationError, match="twice"):
        not_personal("people.Person", "email", why="it is nobody's, surely")


@pytest.mark.parametrize("why", ["", "no", "   because   "])
def test_not_personal_needs_a_reason_in_words(why):
    with pytest.raises(DeclarationError, match="reason"):
        not_personal("people.Person", "suite", why=why)


def test_somebody_must_be_named_as_recipient():
    with pytest.raises(DeclarationError, match="who receives"):
        declare_email(recipients=())


@pytest.mark.parametrize(("model", "fields"), [("Person", ["email"]), ("people.Person", [])])
def test_a_declaration_names_a_model_and_a_field(model, fields):
    with pytest.raises(DeclarationError):
        not_personal(model, fields, why="long enough a reason")
