# SPDX-License-Identifier: EUPL-1.2
"""What templates say to name a page's own code. In every template without loading it (settings.TEMPLATES)."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

TRANSLATED = ("nl", "sv", "de")


@register.simple_tag
def face(name: str) -> SafeString:
    """A page's module, and before it the sentences that this page speaks, in the reader's language. English is in the
    module itself."""
    language = (get_language() or "en")[:2]
    files = [f"words-{name}-{language}.js"] if language in TRANSLATED else []
    scripts = ((static(f"zegel/dist/{file}"),) for file in (*files, f"{name}.js"))
    return format_html("{}", format_html_join("", '<script type="module" src="{}"></script>', scripts))
