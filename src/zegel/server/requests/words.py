# SPDX-License-Identifier: EUPL-1.2
"""The sentences of answers and letters, in the language that is active."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from zegel.server.requests.carrying import Fate
from zegel.server.requests.models import Case, Done
from zegel.server.requests.rules import Deed, Ground, Outcome, Right

RIGHTS: dict[Right, Promise] = {
    Right.ACCESS: _("to know what there is of you"),
    Right.COPY: _("to have a copy of it"),
    Right.RECTIFICATION: _("to have it corrected"),
    Right.ERASURE: _("to have it erased"),
    Right.RESTRICTION: _("to have its use restricted"),
    Right.PORTABILITY: _("to take your data elsewhere"),
    Right.OBJECTION: _("to object to its use"),
    Right.WITHDRAWAL: _("to withdraw your consent"),
}
OUTCOMES: dict[Outcome, Promise] = {
    Outcome.FULFILLED: _("What you asked was done."),
    Outcome.PARTLY: _("Part of what you asked was done; the rest is refused, on the ground below."),
    Outcome.NOTHING_HELD: _("Nothing about you was found."),
    Outcome.REFUSED: _("What you asked is refused, on the ground below."),
    Outcome.WITHDRAWN: _("You withdrew your request."),
}
GROUNDS: dict[Ground, Promise] = {
    Ground.IDENTITY_UNKNOWN: _("It could not be made sure who you are."),
    Ground.UNFOUNDED: _("The request is manifestly unfounded."),
    Ground.EXCESSIVE: _("The request is excessive: the same was asked and answered a short while ago."),
    Ground.OTHERS_RIGHTS: _("It would harm the rights and freedoms of others who are in it."),
    Ground.INVESTIGATION: _("It is part of a criminal investigation, and the law forbids to give it."),
    Ground.ACCURATE: _("What is written is accurate."),
    Ground.LEGAL_DUTY: _("The law obliges to keep it."),
    Ground.LEGAL_CLAIMS: _("It is needed to establish, exercise or defend a legal claim."),
    Ground.NOT_RESTRICTABLE: _("None of the cases in which use is restricted applies."),
    Ground.NOT_PORTABLE: _("It was not provided by you on the basis of consent or a contract."),
    Ground.COMPELLING: _("Compelling legitimate grounds override your interests; they are said below."),
    Ground.NO_CONSENT: _("It does not rest on your consent."),
}
DEEDS: dict[Deed, Promise] = {
    Deed.RECTIFIED: _("What was wrong was corrected."),
    Deed.ERASED: _("What could be erased was erased; in back-ups it is gone within days, and never comes back."),
    Deed.ANONYMISED: _("Your name was taken out of what has to stay."),
    Deed.RESTRICTED: _("The use of your data was restricted."),
    Deed.OBJECTION_HEEDED: _("Your objection was heeded: that use has stopped."),
    Deed.CONSENT_WITHDRAWN: _("Your consent was withdrawn, and what rested on it has stopped."),
    Deed.FILM_HANDED: _("The recordings of you were handed over, with everybody else made unrecognisable."),
}
FATES: dict[Fate, Promise] = {
    Fate.GONE: _("erased"),
    Fate.NAMELESS: _("kept without your name"),
    Fate.KEPT: _("kept, because the law obliges to (Article 17(3)(b))"),
}
YOUR_RIGHTS = _(
    "You can also ask to have data corrected, erased or restricted in use, object to its use, take it elsewhere, and "
    "withdraw a consent. No computer decides about you by itself."
)


def hidden(described: bool) -> str:
    """What stands where a value does not."""
    if described:
        return gettext("(kept; a secret that opens things is not printed)")
    return gettext("(withheld: it is about somebody else)")


def model_name(model: str) -> str:
    """As the register calls it: room and noun, in plain letters."""
    room, _dot, noun = model.partition(".")
    return f"{room}: {noun}"


def deeds_of(case: Case) -> list[str]:
    """What was done so far, each once."""
    done = {Deed(one) for one in Done.objects.filter(case=case).values_list("deed", flat=True)}
    return [str(DEEDS[deed]) for deed in Deed if deed in done]


def labels(controller: str, case: Case) -> dict[str, str]:
    """The letter's own words."""
    return {
        "to": gettext("For %(name)s") % {"name": case.name},
        "from": gettext("From %(name)s, who is responsible for this data (controller)") % {"name": controller},
        "dates": gettext("Received, answered, due"),
        "asked": gettext("You asked"), "answer": gettext("The answer"), "ground": gettext("The ground"),
        "article": gettext("Article"), "recordings": gettext("Recordings of that time"), "camera": gettext("Camera"),
        "seconds": gettext("seconds"), "data": gettext("What is kept about you"), "field": gettext("What"),
        "value": gettext("It says"), "why": gettext("For, because of, seen by"), "erased": gettext("What was erased"),
        "done": gettext("What was done"), "rights": gettext("What else you can ask"),
        "complain": gettext("If you are not content"),
        "complain_words": gettext("You can complain to the supervisory authority, and go to court."),
        "source": gettext("Where it comes from: from you, from whoever invited you, or from what you did here."),
        "none": gettext("Nothing."), "page": gettext("Page"),
    }  # fmt: skip


def days_left(days: int) -> str:
    """For a letter to the office."""
    if days <= 0:
        return gettext("Its term has run out.")
    return ngettext("%(n)d day is left.", "%(n)d days are left.", days) % {"n": days}
