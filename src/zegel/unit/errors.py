# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong in a unit. Each says what is wrong and what to do; none leaves half a state."""

from __future__ import annotations


class UnitError(Exception):
    """Base of all."""


class ConfigError(UnitError):
    """The unit's own configuration or directory is not usable."""


class MediaError(UnitError):
    """A camera gave something that cannot be recorded."""


class NotPaired(UnitError):
    """The unit has no owner yet, so it seals nothing."""


class AlreadyPaired(UnitError):
    """Pairing again needs a wipe at the unit."""


class RefusedObject(UnitError):
    """A keyset, policy, command or key was not obeyed. `code` goes into the technical event."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class SpoolError(UnitError):
    """The spool's directory cannot hold what must be kept."""


class StateError(UnitError):
    """The state file is damaged or from somebody else: wipe the unit and pair it again."""


class Revoked(UnitError):
    """The server says that the owner took this unit out of service."""
