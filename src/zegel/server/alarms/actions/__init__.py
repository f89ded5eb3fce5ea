# SPDX-License-Identifier: EUPL-1.2
"""What happens to an alarm. Each verb checks the gate, moves the alarm by the rules, and is written down.

- A unit's alarm is its signed word: verified, in its chain, stored once. Only such an alarm, whose unit says that it
  released images, opens a window, and only for the alarm centre that the owner's keyset names. No signal, and no verb
  here, can make, open or extend one.
- Recalling and closing end the window in the same transaction: from the commit on nothing is handed out.
- Danger to people (fire, hold-up, medical) is never recalled, parked or held back.
"""

from zegel.server.alarms.actions.common import LONGEST_NOTE, resource_of
from zegel.server.alarms.actions.handling import (
    claim,
    close,
    do_step,
    guard_step,
    hold,
    mark_escalated,
    note_step,
    park,
    put_back,
    release_claim,
    resume,
    unpark,
)
from zegel.server.alarms.actions.raising import raise_alarm, raise_technical
from zegel.server.alarms.actions.recalling import disarmed, duress_word, recall, recall_by_code_word, reopen
from zegel.server.alarms.actions.settings import (
    clear_opening_plan,
    end_test,
    set_opening_plan,
    set_parameters,
    settings_of,
    start_test,
)

__all__ = [
    "LONGEST_NOTE",
    "claim",
    "clear_opening_plan",
    "close",
    "disarmed",
    "do_step",
    "duress_word",
    "end_test",
    "guard_step",
    "hold",
    "mark_escalated",
    "note_step",
    "park",
    "put_back",
    "raise_alarm",
    "raise_technical",
    "recall",
    "recall_by_code_word",
    "release_claim",
    "reopen",
    "resource_of",
    "resume",
    "set_opening_plan",
    "set_parameters",
    "settings_of",
    "start_test",
    "unpark",
]
