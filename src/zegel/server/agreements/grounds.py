# SPDX-License-Identifier: EUPL-1.2
"""On what a term, a deadline or a switch rests, in the reader's language: the sources of zegel.declare's data, which is
pure and has no language. A test asks that each source that is shown to anybody stands here."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_GROUNDS = frozenset(
    (
        _("promise C13"),
        _("promise C14"),
        _("promise S4"),
        _("promise S7: the customer sees all alarm events; a year and a month to compare with"),
        _("promise S5; IMY-2022-1558: three months was too short; kept longer than any image"),
        _("Art. 5(1)(e) GDPR: only as long as it takes to come back on an account that was ended by mistake"),
        _("limitation of contractual claims, five years (art. 3:307 BW); promise A3"),
        _("promise C14: no longer than the last pictures of the site"),
        _("promise D6; Art. 5(1)(e) GDPR"),
        _("Art. 5(1)(e) GDPR: a session that nobody used"),
        _("promise C9: live view goes on, never recorded"),
        _("promises C3 and A4"),
        _("promise C13: evidence is deleted once the incident is handled"),
        _("Art. 5(2) GDPR; limitation of claims, five years"),
        _("Art. 5(2) and 12 GDPR: proof that a request was answered in time"),
        _("Art. 33(5) GDPR: the register the authority verifies; limitation of claims, five years"),
        _("Art. 7(1) GDPR: proof of a consent; ISO/IEC TS 27560"),
        _("Art. 30(4) GDPR: made available to the authority; limitation of claims, five years"),
        _("promise A7; erasures are done again after a restore"),
        _("promise A4: after a year without an order the office confirms the expectation, or the relation ends"),
        _("promise A4; limitation of contractual claims, five years (art. 3:307 BW)"),
        _("promise A4; art. 52 AWR: seven years"),
        _("promise A4; § 147 AO (from 2025): eight years"),
        _("promise I7; Directive (EU) 2019/771 art. 10: two years"),
        _("promise I7: during the product's life; the customer decides the actual term"),
        _(
            "promises I1 and I3: a partner in the chain may be asked about his work for two weeks; "
            "a tenant may say fewer"
        ),
        _("promises C1 to C25"),
        _("promises S1 to S11"),
        _("promises D1 to D9"),
        _("promises A1 to A14"),
        _("promises I1 to I15"),
        _("processing agreements (promise I10); Art. 33(2) GDPR: without undue delay"),
        _("Art. 33(1) GDPR"),
        _("Art. 34(1) GDPR: without undue delay"),
        _("Art. 12(3) GDPR"),
        _("Art. 12(3) GDPR: two further months, with notice within the first"),
        _("processing agreements; Art. 28(3)(e) GDPR"),
        _("processing agreements; Art. 28(3)(h) GDPR"),
        _("Decision (EU) 2021/915, clause 7.7: in advance, so that the controller can object"),
        _("Art. 5(2) and 24(1) GDPR: reviewed and updated where necessary; promise A14"),
        _("promise C1: an expiring certificate raises a task"),
        _("Autoriteit Persoonsgegevens: four weeks, unless an incident is being handled"),
        _(
            "promise S4; EDPB Guidelines 3/2019, par. 121: beyond 72 hours needs a reason, which the promise's terms "
            "give"
        ),
        _("no norm of the country is known: read as the strictest that is"),
        _("commercial organisations under PIPEDA"),
        _("organisations certified under the Data Privacy Framework"),
        _("Terms of the profile: the centre judges the situation live before it sends a guard (C12)"),
        _("Terms of the profile: live only during an alarm, where it is switched on (S8)"),
        _("Terms of the profile: a certified operator gets live video for a set period on an alarm (D2)"),
    )
)


DECISION = "Decision "


def known(source: str) -> bool:
    return source in _GROUNDS


def said(source: str) -> str:
    """In the language that is active; of what is no sentence of ours (a decision's number) only its kind is."""
    if source in _GROUNDS:
        return gettext(source)
    number = source.removeprefix(DECISION)
    return source if number == source else gettext("Decision %(number)s") % {"number": number}
