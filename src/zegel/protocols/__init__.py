# SPDX-License-Identifier: EUPL-1.2
"""What alarm panels, cameras and boxes of other makers say: frames, codes and mails, read and written. Pure.

Server and unit read with the same code. Nothing here opens a socket, knows a clock or keeps a key.
"""
