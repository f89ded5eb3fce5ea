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
