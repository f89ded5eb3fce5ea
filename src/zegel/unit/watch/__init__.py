# SPDX-License-Identifier: EUPL-1.2
"""Watches cameras: what moves, whether it is a person, an animal or a vehicle, and whether the view is still there.

The unit's own process imports this module only: no decoder, no OpenCV and no network run beside the keys.
"""

from zegel.unit.watch.messages import Beat, Finding, Message, Motion, Seen, Watch, Zone
from zegel.unit.watch.pool import CameraPool

__all__ = ["Beat", "CameraPool", "Finding", "Message", "Motion", "Seen", "Watch", "Zone"]
