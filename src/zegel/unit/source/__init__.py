# SPDX-License-Identifier: EUPL-1.2
"""Where the pictures come from: cameras over RTSP (TCP) and files that play in real time. Nothing is re-encoded."""

from zegel.unit.source.config import CameraConfig, ConfigError
from zegel.unit.source.media import Code, Packet, Stream, Technical
from zegel.unit.source.reader import open_camera

__all__ = ["CameraConfig", "Code", "ConfigError", "Packet", "Stream", "Technical", "open_camera"]
