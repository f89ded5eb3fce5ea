# SPDX-License-Identifier: EUPL-1.2
"""A picture stands in a page by its name alone, and nothing that somebody types asks another address for anything."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from zegel.server.website import markup
from zegel.server.website.markup import Shown

OVEN = Shown("/site/n/pictures/ab.jpg", 'An oven, "open"', 800, 600)


def test_a_picture_alone_in_its_line_is_shown_with_its_words_below_and_what_it_shows() -> None:
    made = markup.html("Before\n![Our **oven**](oven)\nafter", pictures={"oven": OVEN})
    assert made == (
        '<p>Before</p>\n<figure><img src="/site/n/pictures/ab.jpg" alt="An oven, &quot;open&quot;" width="800" '
        'height="600" loading="lazy" decoding="async"><figcaption>Our <strong>oven</strong></figcaption></figure>\n'
        "<p>after</p>"
    )
    assert markup.pictures("![](oven)\n\ntext ![](not-alone)\n![](two)") == {"oven", "two"}


def test_a_picture_that_is_not_there_leaves_its_words_and_a_letter_shows_none() -> None:
    assert markup.html("![Our oven](gone)", pictures={}) == "<p>Our oven</p>"
    assert markup.html("![](gone)", pictures={}) == ""
    assert "<img" not in markup.html("![Our oven](oven)", "https://a.example")
    assert markup.plain("![Our oven](oven)") == "Our oven"


@given(st.text(alphabet='!![]()ab/:."<>-#* \nhttps', max_size=80))
def test_whatever_is_typed_shows_pictures_of_the_site_and_none_else(text: str) -> None:
    made = markup.html(text, pictures={"a": OVEN, "ab": OVEN})
    assert set(re.findall(r'src="([^"]*)"', made)) <= {OVEN.path}
    assert len(re.findall(r"<(?!/?(?:p|br|h2|ul|li|strong|a|img|figure|figcaption)\b)", made)) == 0
