# SPDX-License-Identifier: EUPL-1.2
"""The letters and the authority's form, drafted from a case's facts in any of the four languages. Pure but for the
catalogue of the language; the officer reads each before it leaves and may change its words.

- To a customer (Art. 33(2), and what 33(3) makes him need): what happened, whose data and how much, what may come of
  it, what was and is done, whom to ask; and that his own 72 hours towards the authority run from his knowing.
- To people concerned (Art. 34(2)): the same in plain words, with what they can do themselves.
- The form: every item of Art. 33(3), with the reasons when it is late and what follows in a later phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from zegel.server.breaches import words
from zegel.server.breaches.rules import DutyKind

LANGUAGES = ("nl", "sv", "de", "en")
_ZONES = {"NL": "Europe/Amsterdam", "SE": "Europe/Stockholm", "DE": "Europe/Berlin", "BE": "Europe/Brussels"}


@dataclass(frozen=True)
class Contact:
    """Whom to ask (Art. 33(3)(b))."""

    name: str
    email: str
    phone: str

    @property
    def line(self) -> str:
        return ", ".join(one for one in (self.name, self.email, self.phone) if one)


@dataclass(frozen=True)
class Case:
    """The facts that a paper is written from, of one controller's processing. `people` None: they can't be counted."""

    number: int
    us: str
    country: str
    controller: str
    processor: str
    what: str
    known_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    nature: tuple[str, ...]
    cause: str
    categories: tuple[str, ...]
    subjects: tuple[str, ...]
    people: int | None
    uncounted: bool
    records: int
    severity: str
    likelihood: str
    risk: str
    reason: str
    consequences: str
    done: tuple[str, ...]
    planned: tuple[tuple[str, datetime], ...]
    contact: Contact
    phase: int = 1
    final: bool = True
    late_reason: str = ""
    due_at: datetime | None = None
    authority: str = ""
    authority_hours: int = 72
    told_people: bool = False


@dataclass(frozen=True)
class Text:
    """Paragraphs stand apart by an empty line."""

    subject: str
    body: str


def moment(at: datetime, country: str) -> str:
    """A moment as the country's clocks show it, with its distance from UTC: "22 November 2026, 09:00 (UTC+01:00)"."""
    local = at.astimezone(ZoneInfo(_ZONES.get(country, "UTC")))
    return f"{date_format(local, 'j F Y, H:i')} (UTC{local.strftime('%z')[:3]}:{local.strftime('%z')[3:]})"


def draft(kind: DutyKind, case: Case, language: str) -> Text:
    with override(language):
        if kind is DutyKind.CUSTOMER:
            return _customer(case)
        return _people(case) if kind is DutyKind.PEOPLE else _authority(case)


def _customer(case: Case) -> Text:
    parts = [
        _("To %(controller)s") % {"controller": case.controller},
        _(
            "You are the controller of personal data that we process for you. On %(known)s we learnt of a breach that "
            "touches it (our number %(number)d). We tell you under our processing agreement and Article 33(2) of the "
            "GDPR."
        ) % {"known": moment(case.known_at, case.country), "number": case.number},
        *_facts(case),
        _(
            "What you may have to do: unless a risk to people is unlikely, you notify your supervisory authority "
            "within %(hours)d hours of knowing, that is of this letter. Its form, filled in with what we know, "
            "goes with this letter as a document and as data. Where the risk is high you also tell the people "
            "concerned. We help "
            "you with both."
        ) % {"hours": case.authority_hours},
        *_ends(case),
    ]  # fmt: skip
    return Text(_("Breach of personal data, number %(number)d") % {"number": case.number}, "\n\n".join(parts))


def _people(case: Case) -> Text:
    parts = [
        _("We write to you because something went wrong with personal data, and it may concern yours."),
        *_facts(case),
        _(
            "What you can do: be careful with messages that claim to come from us, change a password that you use in "
            "more places, and call us when something happens that you do not trust."
        ),
        _("You can complain to the supervisory authority: %(authority)s.") % {"authority": case.authority}
        if case.authority else "",
        *_ends(case),
    ]  # fmt: skip
    return Text(_("Something went wrong with your personal data"), "\n\n".join(part for part in parts if part))


def _authority(case: Case) -> Text:
    """What goes with the form."""
    parts = [
        _("We notify a breach of personal data under Article 33 of the GDPR (our number %(number)d). The form follows.")
        % {"number": case.number},
        *_facts(case),
        *_ends(case),
    ]
    return Text(_("Notification of a breach, number %(number)d") % {"number": case.number}, "\n\n".join(parts))


def _facts(case: Case) -> list[str]:
    found = [
        _("What happened: %(what)s") % {"what": _sentence(case.what)},
        _("When: %(when)s.") % {"when": _when(case)},
        _("What it means: %(nature)s.") % {"nature": words.natures(list(case.nature))} if case.nature else "",
        _("Which data: %(categories)s.") % {"categories": words.categories(list(case.categories))}
        if case.categories else "",
        _("Of whom: %(subjects)s. %(numbers)s")
        % {"subjects": words.subjects(list(case.subjects)), "numbers": numbers(case)}
        if case.subjects else numbers(case),
        _("What may come of it: %(consequences)s") % {"consequences": _sentence(case.consequences)}
        if case.consequences else "",
        _("What was done: %(done)s") % {"done": _sentence("; ".join(case.done))} if case.done else "",
        _("What will be done: %(planned)s") % {"planned": _sentence(_planned(case))} if case.planned else "",
    ]  # fmt: skip
    return [one for one in found if one]


def _ends(case: Case) -> list[str]:
    found = [] if case.final else [_("This is what we know now. More follows as soon as we know it.")]
    if case.phase > 1:
        found.insert(0, _("This adds to what we told you before; it is part %(phase)d.") % {"phase": case.phase})
    if case.late_reason:
        found.append(_("Why this comes late: %(reason)s") % {"reason": _sentence(case.late_reason)})
    found.append(_("Whom to ask: %(contact)s") % {"contact": case.contact.line})
    found.append(case.us)
    return found


def _planned(case: Case) -> str:
    return "; ".join(
        _("%(words)s (by %(day)s)") % {"words": what, "day": date_format(by.astimezone(_zone(case)), "j F Y")}
        for what, by in case.planned
    )


def _zone(case: Case) -> ZoneInfo:
    return ZoneInfo(_ZONES.get(case.country, "UTC"))


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else text + "."


def _when(case: Case) -> str:
    if case.began_at is None:
        return _("not known; we noticed on %(known)s") % {"known": moment(case.known_at, case.country)}
    began = moment(case.began_at, case.country)
    if case.ended_at is None:
        return _("since %(began)s; it may go on") % {"began": began}
    return _("from %(began)s until %(ended)s") % {"began": began, "ended": moment(case.ended_at, case.country)}


def numbers(case: Case) -> str:
    """How many, in words."""
    records = ngettext("About %(n)d record.", "About %(n)d records.", case.records) % {"n": case.records}
    if case.people is None:
        return _("How many people can't be counted.") + " " + records
    people = ngettext("About %(n)d person.", "About %(n)d people.", case.people) % {"n": case.people}
    more = " " + _("Besides these, people on images, who can't be counted.") if case.uncounted else ""
    return f"{people}{more} {records}"


# --- the form --------------------------------------------------------------------------------------------------------


def data(case: Case) -> dict[str, Any]:
    """The authority's questions as data; the words are codes, the times ISO 8601 in UTC. `format`: of this shape."""
    return {
        "format": "zegel.breach.notification/1", "law": "Regulation (EU) 2016/679, Article 33(3)",
        "number": case.number, "phase": case.phase, "final": case.final,
        "controller": case.controller, "processor": case.processor,
        "contact": {"name": case.contact.name, "email": case.contact.email, "phone": case.contact.phone},
        "known_at": _iso(case.known_at), "due_at": _iso(case.due_at), "late_reason": case.late_reason,
        "began_at": _iso(case.began_at), "ended_at": _iso(case.ended_at),
        "what": case.what, "nature": list(case.nature), "cause": case.cause,
        "categories_of_data": list(case.categories), "categories_of_people": list(case.subjects),
        "people_approximately": case.people, "people_that_cannot_be_counted": case.uncounted,
        "records_approximately": case.records,
        "severity": case.severity, "likelihood": case.likelihood, "risk": case.risk, "judgement": case.reason,
        "likely_consequences": case.consequences,
        "measures": {
            "taken": list(case.done), "proposed": [{"what": what, "by": _iso(by)} for what, by in case.planned],
        },
        "people_informed": case.told_people,
    }  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def form(case: Case, language: str) -> dict[str, Any]:
    """The same for a reader: a title and lines of (question, answer)."""
    with override(language):
        unknown, country = _("not known yet"), case.country
        levels = {one.value: str(name) for one, name in words.LEVELS.items()}
        risks = {one.value: str(name) for one, name in words.RISKS.items()}
        rows = [
            (_("Number, part"), f"{case.number}, {case.phase}"),
            (_("More follows"), _("no") if case.final else _("yes")),
            (_("Controller"), case.controller),
            (_("Processor"), case.processor or _("none: our own processing")),
            (_("Contact"), case.contact.line),
            (_("Known since"), moment(case.known_at, country)),
            (_("To be notified by"), moment(case.due_at, country) if case.due_at else unknown),
            (_("Reasons for delay"), case.late_reason or _("none: in time")),
            (_("Period"), _when(case)),
            (_("What happened"), case.what),
            (_("Nature"), words.natures(list(case.nature)) or unknown),
            (_("Cause"), case.cause or unknown),
            (_("Categories of data"), words.categories(list(case.categories)) or unknown),
            (_("Categories of people"), words.subjects(list(case.subjects)) or unknown),
            (_("Approximate numbers"), numbers(case)),
            (_("Severity"), levels.get(case.severity, unknown)),
            (_("Likelihood"), levels.get(case.likelihood, unknown)),
            (_("Risk"), risks.get(case.risk, unknown)),
            (_("Judgement"), case.reason or unknown),
            (_("Likely consequences"), case.consequences or unknown),
            (_("Measures taken"), "; ".join(case.done) or _("none yet")),
            (_("Measures proposed"), _planned(case) or _("none yet")),
            (_("People informed"), _("yes") if case.told_people else _("no")),
        ]
        return {
            "title": _("Notification of a breach of personal data"),
            "lead": _("Article 33(3) of the GDPR. To %(authority)s.") % {"authority": case.authority or unknown},
            "rows": [list(row) for row in rows],
        }


