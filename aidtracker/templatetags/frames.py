"""The frame of the tables on pages about imports."""

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def framed(content: SafeString, *titles: str, caption: str = "") -> SafeString:
    """Rows of a table under the titles of their columns, of which empty ones are left out."""
    context = {"rows": content, "titles": list(filter(None, titles)), "caption": caption}
    return get_template("admin/sheets/frame.html").render(context)
