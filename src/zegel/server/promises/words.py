# SPDX-License-Identifier: EUPL-1.2
"""States and reasons in words, in the language that is active."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from zegel.server.promises.rules import Every, Result, State, Why
from zegel.server.promises.shipped import Standing

STATES: dict[State, Promise] = {
    State.KEPT: _("kept"),
    State.BROKEN: _("broken"),
    State.STALE: _("not tried lately"),
    State.UNPROVEN: _("unproven"),
}
REASONS: dict[Why, Promise] = {
    Why.NOTHING: _("There is nothing yet on which it could be tried."),
    Why.NO_CODE: _("This part of the product is not there yet."),
    Why.DOCUMENT: _("No machine can find this out from here; read the document instead."),
    Why.NOT_REACHED: _("It has not been tried yet, or what was to be asked did not answer."),
    Why.NO_TLS: _("This installation is served on one machine only, without TLS."),
    Why.NOT_YET: _("What was planted has not reached its term yet."),
    Why.TOO_LONG: _("The attempt was stopped at its time limit."),
    Why.FAILED: _("The attempt itself failed."),
    Why.NOT_RECORDED: _("Nobody has written down yet what it would be measured by."),
    Why.OLD: _("The last attempt is too long ago to count."),
}
EVERY: dict[Every, Promise] = {Every.HOUR: _("tried every hour"), Every.NIGHT: _("tried every night")}


DRIVEN: dict[Standing, Promise] = {
    Standing.HOLDS: _("Every page of this version was driven in a real browser when it was built."),
    Standing.STALE: _("Pages came or went since every page was last driven in a real browser: this evidence is stale."),
    Standing.REFUSED: _("The evidence of a real browser is not what the release signed."),
    Standing.MISSING: _("No evidence of a real browser was shipped with this version."),
}


def found(result: Result) -> str:
    """What came of an attempt."""
    if result.why is Why.HELD:
        return ngettext("%(n)d checked, it held", "%(n)d checked, all held", result.tried) % {"n": result.tried}
    if result.why is Why.FELL:
        return gettext("%(failed)d of %(tried)d did not hold") % {"failed": result.failed, "tried": result.tried}
    return str(REASONS.get(result.why, ""))
