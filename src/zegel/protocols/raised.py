# SPDX-License-Identifier: EUPL-1.2
"""What a receiver raises of its own accord: silence, and messages that may not be believed or can't be read.

Names are English msgids, said in four languages by `names.said`.
"""

from __future__ import annotations

PATH_LOST_NAME = "A panel does not report"
PATH_BACK_NAME = "A panel reports again"
PATHS_LOST_NAME = "Many panels do not report"
PATHS_BACK_NAME = "The panels report again"
DOWNGRADE_NAME = "Unencrypted message for an encrypted account"
PLAIN_REFUSED_NAME = "Unencrypted message over an open network"
WRONG_KEY_NAME = "Message that this panel's key doesn't open"
UNKNOWN_ENCRYPTED_NAME = "Encrypted message of an unknown account"
UNKNOWN_REPORTS_NAME = "An unknown account reports"
STALE_NAME = "Messages with a wrong time"
UNREADABLE_RAISED_NAME = "A message that can't be read"
FLOOD_NAME = "Many messages that can't be believed"
