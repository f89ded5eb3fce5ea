# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with an export."""

from __future__ import annotations

from zegel.server.kernel.errors import ZegelError


class BadExport(ZegelError):
    """A name, size or purpose that no file leaves with."""

    code = "bad_export"
