# SPDX-License-Identifier: EUPL-1.2
"""How an installation gets its first parties, people, keys and sites: `zegel setup`, and the demo's world alike."""
