"""An undefined variable fails a test in our templates, and stays empty in those of others."""

import pytest
from django.conf import settings
from django.template import Context, Origin, Template

OWN = Origin(name=str(settings.BASE_DIR / "templates" / "example.html"))
OTHER = Origin(name="/usr/lib/python3/site-packages/other/templates/example.html")


def test_undefined_variable_fails_in_our_template():
    with pytest.raises(pytest.fail.Exception, match=r"^Undefined template variable missing in "):
        Template("{{ missing }}", OWN).render(Context())


def test_undefined_variable_inside_a_block_tag_fails_in_our_template():
    with pytest.raises(pytest.fail.Exception, match=r"^Undefined template variable row.name in "):
        Template("{% with name=row.name %}{{ name }}{% endwith %}", OWN).render(Context())


def test_undefined_variable_is_empty_in_a_template_of_others():
    template = Template("[{{ missing }}{{ missing|default:'x' }}]", OTHER)

    assert template.render(Context()) == "[x]"


def test_undefined_variable_may_be_asked_for_with_if():
    template = Template("{% if missing %}yes{% else %}no{% endif %}", OWN)

    assert template.render(Context()) == "no"
