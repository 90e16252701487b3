"""The review in the admin as people drive it: forms, buttons, actions, messages."""

from django.urls import reverse

from aidtracker.ground.datasets import form_of
from aidtracker.testing import make_staff
from aidtracker.trail.conflicts import marks

LIST = reverse("admin:projects_project_changelist")
CLERK = ("view", "add", "change")


def staff(headquarters, *verbs):
    """Somebody with rights to projects, figures and revisions, who sees proposals in any case."""
    models = ("project", "observation", "revision")
    codes = [f"projects.{verb}_{one}" for verb in verbs for one in models]
    parties = ("projects.view_projectparty", "projects.change_projectparty")
    return make_staff(headquarters, permissions=[*codes, *parties, "projects.view_revision"])


def typed_form(client, row, **typed):
    """What the form of a row would send with some fields typed over."""
    page = client.get(form_of(row))
    form = page.context["adminform"].form
    data = {form.add_prefix(name): form[name].value() for name in form.fields}
    for inline in page.context["inline_admin_formsets"]:
        data |= {field.html_name: field.value() for field in inline.formset.management_form}
    data |= dict(page.context["shown_versions"]) | typed
    return {name: value for name, value in data.items() if value is not None and value is not False}


def propose(client, user, row, **typed):
    """Save the form of a published row as somebody who may not publish."""
    client.force_login(user)
    data = typed_form(client, row, **({"correction_reason": "原表有误"} | typed))
    return client.post(form_of(row), data, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def press(client, row, step, **sent):
    """Press a button of the panel above a row's form."""
    address = reverse(f"admin:projects_{row._meta.model_name}_step", args=[row.pk])
    sent = {"step": step, "version": row.version} | sent
    response = client.post(address, sent, follow=True)
    row.refresh_from_db()
    return response


def act(client, step, *rows, **sent):
    """Choose rows in their list and run a step on them."""
    name = f"admin:projects_{rows[0]._meta.model_name}_changelist"
    sent |= {"action": f"take_{step}", "_selected_action": [row.pk for row in rows]}
    sent |= dict(marks(rows))
    response = client.post(reverse(name), sent, follow=True)
    for row in rows:
        row.refresh_from_db()
    return said(response)


def panel(client, row):
    return client.get(form_of(row)).context["review"]
