# SPDX-License-Identifier: EUPL-1.2
"""The sentences of the gate: what was missing and what to do about it, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zegel.server.gate.rules import Reason

# code -> (what was wrong, what to do)
REFUSALS: dict[str, tuple[Promise, Promise]] = {
    "not_a_person": (_("Only a signed-in person can do this."), _("Sign in.")),
    "no_acting_party": (_("It is not clear for which organisation you act."), _("Choose the organisation first.")),
    "unknown_role": (_("Your role is not known here."), _("Ask your administrator to set your role.")),
    "unknown_action": (_("This action does not exist."), _("Go back and choose another action.")),
    "unknown_resource": (_("This kind of thing does not exist."), _("Go back and choose something else.")),
    "unknown_purpose": (_("This purpose does not exist."), _("Choose one of the purposes in the agreement.")),
    "no_rule": (_("Your role does not allow this."), _("Ask someone whose task it is.")),
    "no_purpose": (_("Say for which purpose you want to look."), _("Choose a purpose first.")),
    "wrong_purpose": (_("Your role does not allow this for that purpose."), _("Choose the purpose that is yours.")),
    "missing_fact": (_("Something that is required for this is missing."), _("Ask the owner or your supervisor.")),
}

# fact -> (what was wrong, what to do), when exactly that fact did not hold
MISSING: dict[str, tuple[Promise, Promise]] = {
    "owner_is_party": (_("This belongs to someone else."), _("Choose the organisation that owns it.")),
    "not_restricted": (
        _("The use of this customer’s data is restricted."),
        _("It is kept and not used until whoever answers for it lifts that."),
    ),
    "serves_as_arc": (
        _("Your alarm centre does not serve this customer now."),
        _("Ask your supervisor for the service relation."),
    ),
    "serves_as_provider": (
        _("Your company does not serve this customer now."),
        _("Ask your administrator for the service relation."),
    ),
    "agreement_in_force": (
        _("There is no processing agreement in force with this customer."),
        _("Have the agreement signed; nothing arms without it."),
    ),
    "purpose_recorded": (
        _("No purpose is recorded for this surveillance."),
        _("Record the purpose in the agreement."),
    ),
    "sign_hung": (_("The sign at this site is not recorded as hung."), _("Hang the sign and tick it.")),
    "mail_picture_of_alarm": (
        _("This picture is not of this alarm, or the time to look at it is over."),
        _("Ask the owner; he sees it in his portal."),
    ),
    "confidentiality_signed": (
        _("Your confidentiality statement is missing or has lapsed."),
        _("Sign the confidentiality statement."),
    ),
    "statement_not_lapsed": (
        _("Your confidentiality statement has lapsed."),
        _("Have a new one signed; until then nothing opens."),
    ),
    "alarm_open": (_("This alarm is closed."), _("Images of a closed alarm can't be opened.")),
    "window_open": (
        _("The window of this alarm is closed."),
        _("Images can be opened only while the window is open."),
    ),
    "hold_over": (
        _("This alarm can still be recalled, so nobody looks yet."),
        _("Wait until the time for recalling it is over."),
    ),
    "look_not_held": (
        _("This alarm can still be recalled, so nobody looks yet."),
        _("Wait until the time for recalling it is over."),
    ),
    "alarm_recalled": (
        _("This alarm was not recalled."),
        _("Only a recalled alarm that turned out real is handled again."),
    ),
    "alarm_claimed": (
        _("Nobody of your alarm centre has this alarm in hand."),
        _("Claim it first: pictures of a waiting alarm are nobody's to browse."),
    ),
    "claim_held": (_("A colleague has this alarm in hand."), _("Only who claimed it turns the camera.")),
    "window_ended": (
        _("The window of this alarm is still open."),
        _("Look at it as it is: nothing is to be reopened."),
    ),
    "reopening_open": (
        _("Nobody reopened this alarm, or the time for it is over."),
        _("Reopen it for one of the reasons on the list; the customer is told."),
    ),
    "not_in_open_alarm": (
        _("An open alarm shows a part of this recording."),
        _("Delete it when the alarm is closed; what lies outside of it you can delete now."),
    ),
    "not_on_hold": (
        _("A part of this recording is held as evidence."),
        _("Delete what lies outside of the hold, or wait until the hold ends."),
    ),
    "release_exists": (
        _("The unit has not released images of this alarm."),
        _("Handle the alarm without images."),
    ),
    "camera_of_owner": (_("This camera is not part of that alarm."), _("Choose a camera of the alarm.")),
    "asked_himself": (
        _("The owner did not allow you to look at this camera."),
        _("Ask for it, with the malfunction and your reason."),
    ),
    "arc_live_on": (
        _("Live view by the alarm centre is switched off for this kind of site."),
        _("Look at what was recorded until the alarm; the owner can look live himself."),
    ),
    "guard_pictures_allowed": (
        _("The owner of this site does not allow pictures for guards."),
        _("Describe to the guard what you see."),
    ),
    "errand_runs": (
        _("This guard is not on an errand for this alarm now, or his phone has not offered a key."),
        _("Send one, and let him open his link and accept; after he left the site nothing is shown."),
    ),
    "guard_pictures_left": (
        _("This errand has had as many pictures as one may have."),
        _("Describe to the guard what you see."),
    ),
    "grant_covers": (_("The owner has not granted you these images."), _("Ask the owner for a grant.")),
    "entry_concerns_party": (_("This entry does not concern you."), _("Ask for a receipt of your own entries.")),
    "serves_as_centre": (
        _("Your alarm centre does not serve this customer now."),
        _("Ask your supervisor for the service relation."),
    ),
    "handles_now": (
        _("Your alarm centre does not handle this customer's alarms now."),
        _("A second centre takes them while nobody is there at the first one."),
    ),
    "arc_certified": (
        _("The certificate of your alarm centre is missing or out of date, so no images are released to it."),
        _("Ask your supervisor to record the renewed certificate."),
    ),
    "operator_certified": (
        _("Your own certificate is missing or out of date, so no images are released to you."),
        _("Ask your supervisor to record your renewed certificate."),
    ),
    "not_suspended": (
        _("You are suspended from this work."),
        _("Talk to your supervisor; another supervisor or the administrator can lift it."),
    ),
    "looked_not_himself": (
        _("Nobody judges his own views."),
        _("Leave this one to another supervisor."),
    ),
    "plan_of_own_or_served": (
        _("This plan belongs to another organisation."),
        _("Change a plan of a site that you serve, or your own default."),
    ),
    "handles_signals": (
        _("You don't handle this organisation's signals."),
        _("Ask the alarm centre that serves it."),
    ),
    "order_accepted": (
        _("There is no accepted order of an authority for this."),
        _("Record the order, and have it decided on first."),
    ),
    "order_covers": (
        _("No accepted order of an authority covers this camera and this time."),
        _("Hand over what the order asks for and no more; without an order nothing leaves."),
    ),
    "order_publishes": (
        _("The order does not ask for publication."),
        _("Only an order that says so allows to publish; else a redacted film."),
    ),
    "asked_by_another": (
        _("Who asked for a package does not approve it himself."),
        _("Have another supervisor approve it."),
    ),
    "package_approved": (
        _("Two persons have not agreed on this package, or the time for it is over."),
        _("One asks for it, and a supervisor, somebody else, approves it."),
    ),
    "provides_for": (
        _("Your company does not serve this customer now."),
        _("Ask your administrator for the service relation."),
    ),
    "self": (_("Only the person concerned can do this."), _("Ask him or her.")),
    "is_tenant": (
        _("Your organisation keeps no register of its own here."),
        _("Tell your provider what you noticed."),
    ),
    "right_of_use_holds": (
        _("Your organisation's right of use has ended or has not begun."),
        _("Its owner can still take everything along; ask him, or the provider, to renew it."),
    ),
    "books_agreement_in_force": (
        _("No written agreement about the books is in force with you."),
        _("Ask the firm whose books they are to record it."),
    ),
    "work_of_role": (_("This is not your sort of work."), _("Leave it to a colleague whose work it is.")),
    "partner_authorised": (
        _("Your firm is not authorised for this work there."),
        _("Ask the firm that offered it to authorise yours."),
    ),
    "keeps_firm": (
        _("Keys and colleagues of your firm are another's to keep."),
        _("Ask the colleague who is named on your firm's page."),
    ),
    "sheet_kept": (_("This job is over, or was taken back."), _("Its data is gone; ask the firm that offered it.")),
    "customer_not_restricted": (
        _("The use of this customer's data is restricted."),
        _("Wait until the firm that offered the job says more."),
    ),
}

ALLOWED: dict[Reason, Promise] = {
    Reason.OWN_IMAGES: _("The owner looks at his own images."),
    Reason.ALARM_WINDOW: _("The alarm centre looks inside the window of an open alarm."),
    Reason.REOPENED: _("The alarm centre looks again at an earlier alarm, for a reason that the customer was told."),
    Reason.GRANTED: _("The owner granted these images."),
    Reason.GUARD_SENT: _("A guard is sent to this alarm, and the owner allows that he is shown pictures of it."),
    Reason.OWN_THINGS: _("The owner's own matter."),
    Reason.ALARM_HANDLING: _("Handling an alarm."),
    Reason.MAINTENANCE: _("Maintenance of the installation."),
    Reason.OWN_LOG: _("Reading the log of one's own images."),
    Reason.OWN_ORGANISATION: _("Managing one's own organisation."),
    Reason.DUTY: _("A duty of everyone who works here."),
    Reason.SUPERVISION: _("Supervising the alarm centre."),
    Reason.CHAIN: _("A partner does his step of an order."),
    Reason.BOOKS_AGREEMENT: _("An accountant reads the books under a written agreement."),
}


def refusal(code: str, missing: tuple[str, ...]) -> tuple[str, str]:
    """What was wrong and what to do, in the current language. The first missing fact speaks for the rest."""
    sentences = MISSING.get(missing[0]) if missing else None
    wrong, to_do = sentences or REFUSALS.get(code) or REFUSALS["missing_fact"]
    return str(wrong), str(to_do)
