# SPDX-License-Identifier: EUPL-1.2
"""What the rules give a partner's people: their own offers and sheets, and what everybody has of himself."""

from __future__ import annotations

import tomllib
from importlib import resources

PARTNERS = {"mechanic", "repairer", "carrier"}
OWN = {"step_offer": {"list", "accept", "cancel"}, "sheet": {"list", "read", "export", "record", "give_back"}}
# Of himself and his own organisation, like everybody who signs in.
EVERYBODYS = {
    "membership", "preference", "confidentiality", "entry", "data_request", "consent", "terms_version", "lesson",
}  # fmt: skip


# Of his firm, for the one who keeps it.
HIS_FIRMS = {"api_key", "membership"}


def given() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    text = resources.files("zegel.server.gate").joinpath("rules.toml").read_text("utf-8")
    for rule in tomllib.loads(text)["rule"]:
        if PARTNERS & set(rule["role"]):
            found.setdefault(rule["resource"], set()).update(rule["action"])
    return found


def test_a_partner_reaches_his_offers_and_sheets_and_nothing_of_a_tenant() -> None:
    rules = given()
    assert {kind: rules[kind] for kind in OWN} == OWN
    assert set(rules) - set(OWN) <= EVERYBODYS | HIS_FIRMS
    text = resources.files("zegel.server.gate").joinpath("rules.toml").read_text("utf-8")
    for rule in tomllib.loads(text)["rule"]:
        if PARTNERS & set(rule["role"]) and rule["resource"] in HIS_FIRMS and set(rule["action"]) != {"list"}:
            assert {"owner_is_party", "keeps_firm"} <= set(rule["facts"])
    for kind in ("order", "customer_record", "product", "invoice", "step", "partner", "import", "form", "offer"):
        assert kind not in rules
