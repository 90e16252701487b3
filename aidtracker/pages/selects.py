"""Drop-downs, written by a function: Django renders a template for each of their choices."""

from collections.abc import Iterator
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

SELECT = "django/forms/widgets/select.html"


class Renderer(DjangoTemplates):
    """Renders all parts of forms by their templates, but for plain drop-downs."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        if template_name == SELECT:
            return select(context["widget"])
        return super().render(template_name, context, request)


def select(widget: dict[str, Any]) -> SafeString:
    groups = "".join([group for groups in widget["optgroups"] for group in written(*groups)])
    name, attributes = escape(widget["name"]), flatatt(widget["attrs"])
    return mark_safe(f'<select name="{name}"{attributes}>{groups}</select>')


def written(label: Any, options: list[dict[str, Any]], index: int) -> Iterator[str]:
    """The options of a group, which may have a label or be none."""
    if label:
        yield f'<optgroup label="{conditional_escape(label)}">'
    for option in options:
        value, attributes = escape(option["value"]), flatatt(option["attrs"])
        text = conditional_escape(option["label"])
        yield f'<option value="{value}"{attributes}>{text}</option>'
    if label:
        yield "</optgroup>"
