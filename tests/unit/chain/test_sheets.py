# SPDX-License-Identifier: EUPL-1.2
"""What a partner may see: every field for every step, once allowed and once not; and free text without what was not."""

from __future__ import annotations

import pytest

from zegel.server.chain import rules, sheets
from zegel.server.chain.rules import Region, StepKind
from zegel.server.people.roles import Role

KNOWN = sorted(sheets.declarations().known)
EVERYTHING = {name: f"value of {name}" for name in KNOWN}

# Said once more, by hand: whoever widens the list has to say so here too.
WHO = {"customer_name", "street", "house_number", "postcode", "city", "country", "phone", "language"}
THING = {"product_kind", "product_brand", "product_name", "type_number", "serial", "warranty_until"}
WHEN = {"window_from", "window_until", "instructions"}
MAY_SEE = {
    StepKind.VISIT: WHO | THING | WHEN | {"order_number", "order_type", "subject", "fault", "earlier_work"},
    StepKind.WORKSHOP: THING | WHEN | {"order_number", "order_type", "subject", "fault", "earlier_work"},
    StepKind.COLLECT: WHO | WHEN | {"order_number", "product_kind", "product_brand", "other_end"},
    StepKind.DELIVER: WHO | WHEN | {"order_number", "product_kind", "product_brand", "other_end"},
}


@pytest.mark.parametrize("kind", list(StepKind))
@pytest.mark.parametrize("field", KNOWN)
def test_a_step_shows_this_field_only_where_it_is_said_by_hand_too(kind: StepKind, field: str) -> None:
    assert (field in sheets.made(kind, EVERYTHING)) == (field in MAY_SEE[kind])
    assert (field in sheets.shown(kind, EVERYTHING)) == (field in MAY_SEE[kind])


def test_what_nobody_declared_is_never_copied() -> None:
    more = {**EVERYTHING, "iban": "NL91 ABNA 0417 1643 00", "birthday": "1980-02-03"}
    for kind in StepKind:
        assert set(sheets.made(kind, more)) <= set(KNOWN)


def test_nobody_sees_the_email_the_shop_or_when_it_was_bought() -> None:
    for kind in StepKind:
        assert not {"email", "shop", "purchased_on", "cost", "internal_notes", "vin"} & sheets.permitted(kind)


def test_free_text_loses_what_its_reader_may_not_know() -> None:
    fault = (
        "Sanne de Boer, Veerhaven 12, 3016 CJ. Bel 06-12345678 of sanne@example.org. "
        "Lekt sinds 2024, fout E18 op 230 V."
    )
    source = {
        "fault": fault, "customer_name": "Sanne de Boer", "street": "Veerhaven", "postcode": "3016CJ",
        "phone": "+31 6 1234 5678", "email": "sanne@example.org", "serial": "SN-44",
    }  # fmt: skip
    told = sheets.made(StepKind.WORKSHOP, source)["fault"]
    for hidden in ("Sanne", "Boer", "Veerhaven", "3016", "12345678", "example.org"):
        assert hidden not in told
    assert "Lekt sinds 2024, fout E18 op 230 V." in told
    assert sheets.made(StepKind.VISIT, source)["fault"].startswith("Sanne de Boer, Veerhaven 12, 3016 CJ. Bel 06")
    assert "sanne@example.org" not in sheets.made(StepKind.VISIT, source)["fault"]


def test_an_empty_value_is_not_on_a_sheet() -> None:
    assert sheets.made(StepKind.VISIT, {"phone": "", "fault": None, "order_number": "26-1"}) == {"order_number": "26-1"}


def test_a_list_that_names_an_unknown_field_or_gives_no_reason_is_refused() -> None:
    text = 'known = {a = "order"}\n' + "".join(
        f'[{kind.value}]\nrole = "{rules.ROLE_OF[kind].value}"\n[{kind.value}.fields]\n%s\n' for kind in StepKind
    )
    good = text.replace("%s", 'a = "what the label says"')
    assert sheets.parse(good).steps[StepKind.VISIT].role is Role.MECHANIC
    for wrong in ('b = "what the label says"', 'a = "why"'):
        with pytest.raises(ValueError, match="known field"):
            sheets.parse(text.replace("%s", wrong))
    with pytest.raises(ValueError, match="is done by"):
        sheets.parse(good.replace('"mechanic"', '"carrier"'))


def test_a_region_covers_by_as_many_signs_as_its_bounds_have() -> None:
    rotterdam = Region("NL", "3000", "3099")
    assert rotterdam.covers("NL", "3011 ab")
    assert not rotterdam.covers("NL", "3100AA")
    assert not rotterdam.covers("BE", "3011")
    assert Region("SE").covers("SE", "753 20")
    assert Region("DE", "10", "14").covers("DE", "14999")
    assert not Region("NL", "3000", "3099").covers("NL", "")


def test_an_offer_says_the_place_and_no_more() -> None:
    assert rules.area_of("NL", "3016 CJ", "Rotterdam") == "NL 30 Rotterdam"


def test_each_role_does_its_own_sort_of_step() -> None:
    assert rules.kinds_of(Role.CARRIER) == {StepKind.COLLECT, StepKind.DELIVER}
    assert rules.kinds_of(Role.MECHANIC) == {StepKind.VISIT}
    assert rules.kinds_of(Role.DESK) == frozenset()
