# SPDX-License-Identifier: EUPL-1.2
"""The provider's face: which units are in contact. It has no picture to show, and no key to open one."""
