# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong about agreements."""

from __future__ import annotations

from zegel.server.kernel.errors import ZegelError


class AgreementError(ZegelError):
    code = "agreement"


class BadAgreement(AgreementError):
    """It can't be recorded as it is."""

    code = "bad_agreement"


class NoAgreement(AgreementError):
    """There is no agreement in force to hang this on."""

    code = "no_agreement"


class BadCertificate(AgreementError):
    """A certificate that can't be recorded as it is."""

    code = "bad_certificate"


class NoCertificate(AgreementError):
    """There is no such certificate of this party."""

    code = "no_certificate"


class BadSuspension(AgreementError):
    """A suspension that can't be: of oneself, without a reason, or of nobody."""

    code = "bad_suspension"


class NotYoursToLift(AgreementError):
    """A suspension is lifted by another supervisor, or by the administrator."""

    code = "not_yours_to_lift"


class BadTerm(AgreementError):
    """A term that the profile or the law does not allow."""

    code = "bad_term"

    def __init__(self, message: str, action: str) -> None:
        super().__init__(message, action=action)


class BadPlace(AgreementError):
    """A storage location, sub-processor or certificate that can't be recorded as it is."""

    code = "bad_place"


class UnknownPlace(AgreementError):
    """There is no such storage location, sub-processor or certificate of this provider."""

    code = "unknown_place"


class OutsideResidency(AgreementError):
    """Data would lie, or already lies, where a tenant's rule does not let it."""

    code = "outside_residency"
