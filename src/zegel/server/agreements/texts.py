# SPDX-License-Identifier: EUPL-1.2
"""The processing agreement (Art. 28 GDPR) as text, in the reader's language, from what is declared: parties, purposes,
categories of data and people, terms, sub-processors. The same facts in the same language give the same bytes, so
that its
hash names exactly what was read.

Terms come from zegel.declare.profiles: dated data with its source, never constants here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from zegel.declare import Term, profiles
from zegel.server.agreements import grounds
from zegel.server.notify import endpoints

VERSION = 3

# purpose code -> in words; the closed list of what cameras may be for
PURPOSES: dict[str, Promise] = {
    "theft_prevention": gettext_lazy("to prevent theft and vandalism outside working hours"),
    "safety": gettext_lazy("to keep people safe: to see fire, falls and intruders in time"),
    "home_protection": gettext_lazy("to protect a home and those who live there"),
    "progress": gettext_lazy(
        "to follow the progress of the work by overview pictures in which nobody can be recognised"
    ),
}


@dataclass(frozen=True)
class Terms:
    """How long, by profile. Days."""

    surveillance_days: int
    overview_days: int
    alarm_days: int
    log_days: int
    source: str


def terms_of(profile: str) -> Terms:
    """Of an unknown profile: the strictest one's."""
    found = profiles.profile(profile)
    return Terms(
        surveillance_days=profiles.days(found, Term.SURVEILLANCE_IMAGES),
        overview_days=profiles.days(found, Term.OVERVIEW_IMAGES),
        alarm_days=profiles.days(found, Term.ALARM),
        log_days=profiles.days(found, Term.VIEW_LOG),
        source=found.source,
    )


def known_profile(profile: str) -> bool:
    return profiles.known(profile)


@dataclass(frozen=True)
class Facts:
    """What goes into the text."""

    owner: str
    provider: str
    arc: str
    profile: str
    sites: Sequence[str]
    sub_processors: Sequence[tuple[str, str, str]]  # name, country, task
    arc_words: str = ""  # of the alarm centre's signing key, to be compared when a unit is paired
    log_words: str = ""  # of the log's key
    annexes: str = ""  # out of the declarations (contracts.annexes); without them the short ones below
    provider_words: str = ""  # of the provider's own key, to which an owner seals what he lets a technician see


def agreement(facts: Facts, language: str) -> str:
    """The whole text. Pure but for the language's catalogue."""
    with override(language):
        parts = [
            _heading(facts),
            _subject(facts),
            _data(),
            _terms(terms_of(facts.profile)),
            _duties(facts),
            _annexes(facts),
        ]
    return "\n\n".join(parts) + "\n"


def _heading(facts: Facts) -> str:
    title = _("Processing agreement (Article 28 GDPR), version %(version)d") % {"version": VERSION}
    between = _("Between %(owner)s (controller, who decides on purpose and means) and %(provider)s (processor).") % {
        "owner": facts.owner, "provider": facts.provider,
    }  # fmt: skip
    return f"{title}\n\n{between}"


def _subject(facts: Facts) -> str:
    lines = [
        _("1. Subject and instruction"),
        _(
            "The controller instructs the processor to record, store and pass on images of these sites, sealed "
            "to the controller's own key:"
        ),
        *[f"- {site}" for site in facts.sites or (_("those that the controller adds"),)],
        _("The purpose is recorded for each camera. Images serve no other purpose, and never the processor's own."),
    ]
    return "\n".join(lines)


def _data() -> str:
    lines = [
        _("2. Data and people"),
        _(
            "Categories of data: sealed images and what was found in them; times and places of alarms; accounts "
            "and who looked; technical data of devices."
        ),
        _("Categories of people: those who come before a camera; the controller's people; contacts for alarms."),
    ]
    return "\n".join(lines)


def _terms(terms: Terms) -> str:
    lines = [
        _("3. How long"),
        _("Surveillance images: %(days)d days at most, unless they are held as evidence.")
        % {"days": terms.surveillance_days},
        _overview(terms.overview_days),
        _("Alarms and what was done: %(days)d days.") % {"days": terms.alarm_days},
        _("Who looked: %(days)d days, in a log that nobody can change.") % {"days": terms.log_days},
        _("Source of these terms: %(source)s.") % {"source": grounds.said(terms.source)},
    ]
    return "\n".join(lines)


def _overview(days: int) -> str:
    if days == 0:
        return _("Overview pictures: gone at once when the last unit is taken away.")
    return _("Overview pictures: until at most %(days)d days after the last unit was taken away.") % {"days": days}


def _duties(facts: Facts) -> str:
    lines = [
        _("4. What the processor does and does not do"),
        _("It can't open the images: only the controller's people hold the keys."),
        _("The alarm centre, %(arc)s, gets the keys of an alarm's window from the unit itself, and nothing outside it.")
        % {"arc": facts.arc or "–"},
        _("Everyone with access has signed a duty of confidentiality."),
        _("A breach is told to the controller in writing within 48 hours of its discovery."),
        _("It helps the controller to inform people, and to answer who asks for access, correction or erasure."),
        _("When this agreement ends, everything is erased and the log says so."),
    ]
    return "\n".join(lines)


def _annexes(facts: Facts) -> str:
    if facts.annexes:
        title = _("Annex V. Keys, in eight words, to be compared when a unit is paired")
        return f"{facts.annexes}\n\n{_keys(facts, title)}"
    push = [(name, country, _(endpoints.CARRIES)) for name, country in endpoints.operators()]
    rows = [f"- {name} ({country}): {task}" for name, country, task in (*facts.sub_processors, *push)]
    lines = [
        _("Annex A. Sub-processors"),
        *rows,
        "",
        _("Annex B. Security measures"),
        _(
            "Images are sealed on the unit (HPKE, AES-256-GCM); arming, hours and masks are signed by the "
            "controller; every view is logged before it is served; keys of what is erased are destroyed outside every "
            "back-up."
        ),
        "",
        _keys(facts, _("Annex C. Keys, in eight words, to be compared when a unit is paired")),
    ]
    return "\n".join(lines)


def _keys(facts: Facts, title: str) -> str:
    lines = [
        title,
        _("The alarm centre: %(words)s") % {"words": facts.arc_words or "–"},
        _("The log: %(words)s") % {"words": facts.log_words or "–"},
        _("%(provider)s, to let a technician see something: %(words)s")
        % {"provider": facts.provider, "words": facts.provider_words or "–"},
    ]
    return "\n".join(lines)
