# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a product."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class ProductError(ZegelError):
    """The root of this room's errors."""

    code = "product"


class UnknownProduct(ProductError):
    """No such model or thing, or another tenant's."""

    code = "unknown_product"

    def __init__(self) -> None:
        super().__init__(_("There is no such product."), action=_("Go back to the list."))


class BadProduct(ProductError):
    """What was filled in can't be taken. `field`: which."""

    code = "bad_product"

    def __init__(self, message: str, *, action: str, field: str) -> None:
        super().__init__(message, action=action)
        self.details = {"field": field}


class KnownProduct(ProductError):
    """It is in the catalogue, or that number is on record."""

    code = "known_product"

    def __init__(self, message: str, *, action: str) -> None:
        super().__init__(message, action=action)
