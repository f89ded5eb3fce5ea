# SPDX-License-Identifier: EUPL-1.2
"""Terms and rules are data: bounded, dated, with a source; an owner may only tighten."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.declare import Term, law, profiles
from zegel.declare.profiles import TermRefused
from zegel.unit.watch import overview

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", profiles.NAMES)
def test_every_profile_knows_every_term_with_its_source(name):
    found = profiles.profile(name)
    assert set(found.terms) == set(Term)
    assert all(len(rule.source) >= 10 for rule in found.terms.values())


@pytest.mark.parametrize("name", profiles.NAMES)
def test_view_logs_are_kept_longer_than_any_image_whatever_an_owner_chooses(name):
    terms = profiles.profile(name).terms
    assert terms[Term.VIEW_LOG].at_least > terms[Term.SURVEILLANCE_IMAGES].at_most
    assert terms[Term.VIEW_LOG].at_least > terms[Term.OVERVIEW_IMAGES].at_most


def test_the_promised_terms_are_what_is_kept():
    assert profiles.days("site-nl", Term.SURVEILLANCE_IMAGES) == 14
    assert profiles.days("site-nl", Term.OVERVIEW_IMAGES) == 28
    assert profiles.days("home-se", Term.SURVEILLANCE_IMAGES) == 60
    assert profiles.days("office", Term.TAX) == 7 * 365 + 2


def test_a_name_nobody_wrote_down_is_read_as_the_strictest():
    assert profiles.days("castle-xx", Term.SURVEILLANCE_IMAGES) == 14


def test_loosening_is_refused():
    with pytest.raises(TermRefused) as refused:
        profiles.days("site-nl", Term.SURVEILLANCE_IMAGES, 15)
    assert (refused.value.reason, refused.value.most) == ("too_long", 14)


def test_what_the_law_wants_kept_cannot_be_shortened():
    with pytest.raises(TermRefused, match="too_short"):
        profiles.days("office", Term.TAX, 30)
    with pytest.raises(TermRefused, match="too_short"):
        profiles.days("home-se", Term.VIEW_LOG, 90)


def test_above_the_authoritys_norm_a_reason_is_asked_for():
    dutch = {"country": "NL", "on": date(2026, 11, 22)}
    assert profiles.days("home-se", Term.SURVEILLANCE_IMAGES, **dutch) == 28
    with pytest.raises(TermRefused, match="needs_justification"):
        profiles.days("home-se", Term.SURVEILLANCE_IMAGES, 40, **dutch)
    assert profiles.days("home-se", Term.SURVEILLANCE_IMAGES, 40, **dutch, justified=True) == 40
    with pytest.raises(TermRefused, match="too_long"):
        profiles.days("home-se", Term.SURVEILLANCE_IMAGES, 61, **dutch, justified=True)


@given(
    st.sampled_from(profiles.NAMES), st.sampled_from(Term), st.integers(-5, 9000), st.sampled_from(["NL", "SE", "XX"]),
    st.booleans(),
)  # fmt: skip
def test_whatever_is_chosen_it_is_within_the_bounds_or_refused(name, term, chosen, country, justified):
    least, most = profiles.bounds(name, term, country=country, justified=justified)
    try:
        got = profiles.days(name, term, chosen, country=country, justified=justified)
    except TermRefused:
        assert not least <= chosen <= most
    else:
        assert got == chosen
        assert least <= got <= most


def test_a_file_without_a_term_or_with_a_promise_twice_is_refused():
    base, own = profiles._text("base"), profiles._text("site-nl")
    before, after = base.split("[terms.tax]")
    without = before + "[terms.warranty]" + after.split("[terms.warranty]")[1]
    with pytest.raises(profiles.BadProfile, match="no term for tax"):
        profiles._read("site-nl", without, own)
    with pytest.raises(profiles.BadProfile, match="twice"):
        profiles._read("site-nl", base, own.replace('"C25",', '"C25", "C1",', 1))


@pytest.mark.parametrize(
    ("where", "instead"),
    [
        ("on = true", 'on = "yes"'), ("from = 2026-01-01", 'from = "new year"'), ("hold_s = 0", "hold_s = -1"),
        ("mail_pictures = true", "mail_pictures = 1"), ("battery_mv = 11800", 'battery_mv = "full"'),
        ("[telemetry]", '[[centre.live]]\nfrom = 2026-01-01\non = false\nsource = "twice"\n\n[telemetry]'),
        ('source = "Terms of the profile', 'nowhere = "'),
    ],
)  # fmt: skip
def test_what_a_centre_may_do_is_dated_with_a_source_or_the_server_does_not_start(where, instead):
    base, own = profiles._text("base"), profiles._text("site-nl")
    assert where in own
    with pytest.raises(profiles.BadProfile):
        profiles._read("site-nl", base, own.replace(where, instead, 1))


def test_a_name_nobody_wrote_down_lets_a_centre_do_the_least():
    least = profiles.centre("castle-xx")
    assert (least.certificates, least.operators) == (("any",), ("any",))
    assert (least.hold_s, least.mail_pictures, least.live_on(date(2030, 1, 1))) == (60, False, False)
    for name in profiles.NAMES:
        assert profiles.centre(name).hold_s <= least.hold_s


@pytest.mark.parametrize("name", profiles.NAMES)
def test_what_releases_is_a_closed_list_without_sabotage_and_faults(name):
    assert not profiles.profile(name).releases & {"tamper", "technical", "test", "medical", "motion"}


def test_pages_offer_for_release_what_the_profiles_allow():
    """An owner chooses in his browser, which knows the list by heart; what units say besides is no choice of his."""
    page = (ROOT / "web/src/faces/portal/hours/alarming.ts").read_text("utf-8")
    pattern = r"const SEEN[^=]*= \[([^\]]*)\].*const RELEASABLE[^=]*= \[\.\.\.SEEN,([^\]]*)\]"
    lists = re.search(pattern, page, re.DOTALL).groups()
    offered = set(re.findall(r'"(\w+)"', "".join(lists)))
    assert offered == profiles.profile("site-nl").releases - {"hold_up", "panic", "input"}


# --- law ---


def test_deadlines_are_what_the_law_says_today():
    today = date(2026, 11, 22)
    assert law.deadline("breach.authority", today).hours == 72
    assert law.deadline("breach.customer", today).hours == 48
    assert law.deadline("request.answer", today).months == 1
    assert law.deadline("request.extension", today).months == 2


def test_a_deadline_nobody_wrote_down_is_an_error_not_a_guess():
    with pytest.raises(law.NoSuchLaw):
        law.deadline("breach.moon")
    with pytest.raises(law.NoSuchLaw):
        law.deadline("breach.authority", date(2017, 1, 1))


def test_adequacy_is_dated():
    assert law.adequate("CH", date(2026, 11, 22)) is not None
    assert law.adequate("us", date(2023, 7, 9)) is None
    assert "Data Privacy Framework" in law.adequate("US", date(2023, 7, 10)).scope
    assert law.adequate("IN", date(2026, 11, 22)) is None


def test_the_area_asks_for_no_decision():
    assert law.in_area("nl", date(2026, 11, 22))
    assert law.in_area("NO", date(2026, 11, 22))
    assert not law.in_area("GB", date(2026, 11, 22))
    assert law.adequate("NL") is None


def test_an_authority_is_known_where_profiles_are_made_for():
    for name in profiles.NAMES:
        found = law.authority(profiles.profile(name).country)
        assert found is not None
        assert found.address


def test_a_country_without_a_norm_of_its_own_gets_the_strictest():
    assert law.norm("surveillance", "XX").days == min(
        law.norm("surveillance", country).days for country in ("NL", "SE", "DE")
    )


def test_every_parameter_of_a_profile_is_read_by_somebody():
    """A figure that nobody reads is a promise that nobody keeps: by code, or by a promise's sentence."""
    server = ROOT / "src/zegel/server"
    sources = [*server.rglob("*.py"), *(server / "promises/catalogue").glob("*.toml")]
    words = "\n".join(path.read_text("utf-8") for path in sources)
    names = {
        key for name in profiles.NAMES for promise, given in profiles.profile(name).parameters.items() for key in given
        if promise != "C8"
    }  # fmt: skip
    assert names
    assert {name for name in names if f'"{name}"' not in words and f"{{{name}}}" not in words} == set()


def test_what_is_promised_of_overview_pictures_is_what_the_unit_never_exceeds():
    """The unit reads no profile: its bounds are its own, and the same."""
    said = profiles.profile("site-nl").parameters["C8"]
    assert (said["px_per_m"], said["face_px"]) == (overview.MOST_PX_PER_M, overview.MOST_FACE_PX)
    assert (said["width"], said["height"]) == (overview.WIDTH, overview.HEIGHT)
