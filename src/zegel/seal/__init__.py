# SPDX-License-Identifier: EUPL-1.2
"""The seal: keys, objects and checks that make "technically impossible" true.

Pure functions and frozen dataclasses: no input or output, no clock (times are arguments), no framework. Bytes on the
wire are described in docs/design/seal-formats.md. Import the module that you need: `from zegel.seal import tree,
segment`.
"""
