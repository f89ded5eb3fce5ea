# SPDX-License-Identifier: EUPL-1.2
"""What a unit and the server say to each other: messages and framing. Pure; transport is the caller's.

`from zegel.link import messages, framing`. Everything signed inside is an envelope of `zegel.seal`, checked by
whoever trusts it; the link itself is trusted for nothing but order and arrival.
"""
