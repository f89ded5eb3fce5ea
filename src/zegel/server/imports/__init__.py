# SPDX-License-Identifier: EUPL-1.2
"""Lists of customers taken over from a file: read whatever it is, mapped, looked at before anything is written, written
in pieces that go on where they stopped, with a report.
"""
