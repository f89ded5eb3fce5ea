# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with sites and units, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zegel.seal.errors import SealError
from zegel.server.kernel.errors import ZegelError

if TYPE_CHECKING:

    def _(text: str) -> str: ...

else:  # translated when it is shown, in the language of who reads it
    from django.utils.translation import gettext_lazy as _


class SiteError(ZegelError):
    """The root of this room's errors."""

    code = "sites"


class UnknownSite(SiteError):
    """No such site, or not the asker's."""

    code = "unknown_site"

    def __init__(self) -> None:
        super().__init__(_("There is no such site."), action=_("Choose one of your sites."))


class UnknownUnit(SiteError):
    """No such unit, or not the asker's."""

    code = "unknown_unit"

    def __init__(self) -> None:
        super().__init__(_("There is no such unit."), action=_("Choose one of your units."))


class UnitNotSeen(SiteError):
    """No unit with this fingerprint is on the link now."""

    code = "unit_not_seen"

    def __init__(self) -> None:
        super().__init__(
            _("The unit with this code is not connected."),
            action=_("Check its power and network, then try again within the hour."),
        )


class UnitTaken(SiteError):
    """The key belongs to another customer, or was revoked."""

    code = "unit_taken"

    def __init__(self) -> None:
        super().__init__(
            _("This unit can't be paired."), action=_("Wipe the unit and enrol it again, then use its new code.")
        )


class UnknownPairing(SiteError):
    """No such pairing is under way."""

    code = "unknown_pairing"

    def __init__(self) -> None:
        super().__init__(_("No such pairing is under way."), action=_("Start the pairing again."))


class UnitRevoked(SiteError):
    """The unit's key was revoked; nothing more is accepted for it or from it."""

    code = "unit_revoked"

    def __init__(self) -> None:
        super().__init__(_("This unit was revoked."), action=_("Wipe the unit and pair it anew under a new key."))


class BadSite(SiteError):
    """Something about a site that can't be so."""

    code = "bad_site"

    def __init__(self, message: str, action: str, field: str) -> None:
        super().__init__(message, action=action)
        self.details = {"field": field}


class UnitGuards(SiteError):
    """It guards now, so it stays where it is."""

    code = "unit_guards"

    def __init__(self) -> None:
        super().__init__(
            _("This unit is guarding now."), action=_("Switch guarding off first. If it was stolen, revoke its key.")
        )


class WrongSite(SiteError):
    """The other site is another customer's."""

    code = "wrong_site"

    def __init__(self) -> None:
        super().__init__(
            _("A unit moves only between sites of the same customer."),
            action=_("Remove it here. Wiped, it can be paired by its next owner."),
        )


class BadLimit(SiteError):
    """A limit that no device could keep or break."""

    code = "bad_limit"

    def __init__(self, name: str, low: int, high: int) -> None:
        super().__init__(_("This limit can't be."), action=_("Choose one within what the device can have."))
        self.details = {"field": name, "low": low, "high": high}


class BadPlan(SiteError):
    """No picture that can be a map. `why`: type, small, large or broken."""

    code = "bad_plan_picture"

    def __init__(self, why: str) -> None:
        message, action = {
            "type": (_("This is neither a PNG nor a JPEG."), _("Save it as PNG or JPEG and choose that.")),
            "small": (_("This picture is too small."), _("Choose one of at least 64 by 64 pixels.")),
            "large": (_("This picture is too large."), _("Choose one of at most 8 MB and 50 million pixels.")),
        }.get(why, (_("This picture is damaged."), _("Open it, save it anew and choose that.")))
        super().__init__(message, action=action)
        self.why = why


class NoPlan(SiteError):
    """The site has no map."""

    code = "no_floor_plan"

    def __init__(self) -> None:
        super().__init__(_("This site has no map yet."), action=_("Choose a floor plan or a photo."))


class BadPlace(SiteError):
    """No place on the map, or no camera of this site."""

    code = "bad_place"

    def __init__(self) -> None:
        super().__init__(_("A camera can't stand there."), action=_("Load the page again and place it on the map."))


class SignIncomplete(SiteError):
    """What must stand on a sign is not known (`missing`: email, phone, purpose, languages)."""

    code = "sign_incomplete"

    def __init__(self, missing: tuple[str, ...]) -> None:
        words = {
            "email": _("an e-mail address"), "phone": _("a telephone number"), "purpose": _("the purpose"),
            "languages": _("a language"),
        }  # fmt: skip
        named = ", ".join(str(words[one]) for one in missing)
        super().__init__(
            _("A sign can't be made yet; missing: %(what)s.") % {"what": named},
            action=_("Fill it in at the site; the purpose stands in the agreement."),
        )
        self.details = {"missing": list(missing)}


class ObjectRefused(SiteError):
    """A signed object that doesn't verify or doesn't follow what is known. `why` is the seal's own code."""

    code = "object_refused"

    def __init__(self, why: str, detail: str) -> None:
        super().__init__(
            _("This was not signed as it should be, so nothing was changed."),
            action=_("Load the unit's newest state and sign again."),
        )
        self.why = why
        self.detail = detail

    @classmethod
    def by_seal(cls, error: SealError) -> ObjectRefused:
        return cls(error.code, str(error))

    def __str__(self) -> str:
        return f"{self.why}: {self.detail}"
