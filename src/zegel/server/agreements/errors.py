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
