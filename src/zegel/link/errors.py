# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a frame. The connection that sent one is closed; nothing has been changed."""

from __future__ import annotations

from typing import ClassVar


class LinkError(ValueError):
    """Anything that the link refuses. `code` is stable, `action` says what to do."""

    code: ClassVar[str] = "link_refused"
    action: str = "Close the connection; connect again with a current version."

    def __init__(self, what: str, action: str | None = None) -> None:
        super().__init__(what)
        if action is not None:
            self.action = action


class FrameTooLarge(LinkError):
    """The frame is longer than the link allows."""

    code = "frame_too_large"
    action = "Split it: a message carries one completed slot at most."


class FrameMalformed(LinkError):
    """The frame is no message of this link: unknown kind, missing field, wrong type, or a limit exceeded."""

    code = "frame_malformed"


class FrameUnexpected(LinkError):
    """A well-formed message that the other side may not send, or not now."""

    code = "frame_unexpected"


class VersionUnsupported(LinkError):
    """The other side speaks another version of the link."""

    code = "version_unsupported"
    action = "Upgrade the older of the two."
