# SPDX-License-Identifier: EUPL-1.2
"""Back-ups: the nightly copy, its trial, and putting one back (A7; docs/seal.md, "Forgetting").

What keeps it from undoing the seal:
- Media is never in a copy: its durability is the object store's. Neither is the shred store: it is copied to a place of
  its own, and each of those copies dies within seven days.
- A copy is sealed to a key that the administrator holds apart. The server keeps a key to last night's copy for as long
  as its trial takes, and no key to any older one.
- What was destroyed or erased since a copy is listed outside the database, and is erased again before anybody is
  served.
- A restore never forks the log: it goes on from what was published, or begins a new origin.
- Where copies lie is in the environment of the server alone: in no row, no page, no pack, no log line.
"""
