# SPDX-License-Identifier: EUPL-1.2
"""What stands around a processing agreement: its annexes out of the declarations, the terms attached to it, the
controller's instructions, policies and who acknowledged them, statements of outsiders, joint controllers; and the
agreement as a PDF that the installation signs (PAdES).

Versions are written once: what was attached, acknowledged or signed names the SHA-256 of exactly that text.
"""
