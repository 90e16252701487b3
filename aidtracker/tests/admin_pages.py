"""Reading the admin's pages as a person does: the words that show, without icons and own data."""

import json
import re
from functools import cache
from html.parser import HTMLParser

from django.db.models import CharField, TextField
from django.urls import reverse

from aidtracker import testing
from aidtracker.ground.datasets import dataset_model
from aidtracker.ground.records import NameListField
from aidtracker.storage.fixtures import fixture_paths
from aidtracker.trail.conflicts import marks
from projects.models import WarningRule

WORD = re.compile(r"[A-Za-z]{2,}")
# Names of formats and standards, which Chinese texts use as they are.
STANDARDS = {"CSV", "Excel", "Word", "PDF", "csv", "xlsx", "ID", "SHA", "UTF", "GB", "XPCC", "URL"}
STANDARDS |= {"MB", "esc"}
SHOWN_ATTRIBUTES = ("title", "placeholder", "aria-label", "alt")
SILENT = {"script", "style", "textarea", "template", "code", "noscript"}
EMPTY = {"input", "br", "img", "link", "meta", "hr", "path", "source"}


class ShownText(HTMLParser):
    """Collects what a page shows: its texts and the words in attributes that show."""

    def __init__(self):
        super().__init__()
        self.open_tags = []
        self.texts = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.texts += [attributes[name] or "" for name in SHOWN_ATTRIBUTES if name in attributes]
        if attributes.get("type") in ("submit", "button"):
            self.texts.append(attributes.get("value") or "")
        if tag not in EMPTY:
            is_icon = "material-symbols" in (attributes.get("class") or "")
            self.open_tags.append((tag, is_icon or tag in SILENT))

    def handle_endtag(self, tag):
        while self.open_tags and self.open_tags.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(is_silent for _, is_silent in self.open_tags):
            self.texts.append(data)


def shown_text(response):
    page = ShownText()
    page.feed(response.content.decode())
    return " ".join(page.texts)


def foreign_words(response, data=frozenset()):
    """English words on a page, but for names of standards and the words of the rows' own data."""
    return sorted({*WORD.findall(shown_text(response))} - STANDARDS - data)


def title(response):
    found = re.findall(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)
    return " ".join(found[0].split())


@cache
def words_of_data():
    """The Latin words that stand in the free texts of the fixtures' rows."""
    found = {"source", "scopeentry"}  # the codes of rows that tests make
    present = {name: path for name, path in fixture_paths().items() if path.exists()}
    for name, path in present.items():
        free = [
            field.name
            for field in dataset_model(name)._meta.concrete_fields
            if isinstance(field, CharField | TextField | NameListField) and not field.choices
        ]
        for item in json.loads(path.read_text(encoding="utf-8")):
            texts = [str(item["fields"].get(field, "")) for field in free]
            found |= {*WORD.findall(" ".join(texts))}
    return found | {word.capitalize() for word in found}


def words_of_row(row):
    """The Latin words of one row's own values."""
    return {*WORD.findall(" ".join(str(value) for value in vars(row).values()))}


def words_of_choice(model):
    """The names of fields, which only the form of a rule about fields explains to its reader."""
    if model is not WarningRule:
        return set()
    names = {name for found in WarningRule.NAMES.values() for name in found}
    helps = " ".join(str(field.help_text) for field in WarningRule._meta.fields)
    return names | {*WORD.findall(helps)}


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def make(model, **kwargs):
    """A row of any model, by the helper of its name."""
    snake = re.sub("(?=[A-Z])", "_", model.__name__).lower()
    return getattr(testing, f"make{snake}")(**kwargs)


class FormInputs(HTMLParser):
    """Collects what the forms of a page would send if nobody touched them."""

    def __init__(self):
        super().__init__()
        self.data = {}
        self.select = self.area = None

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        name, kind = found.get("name"), found.get("type")
        if tag == "input" and name and kind not in ("submit", "file", "button"):
            if kind not in ("checkbox", "radio") or "checked" in found:
                default = "on" if kind == "checkbox" else ""
                self.data.setdefault(name, []).append(found.get("value") or default)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in found:
            self.data.setdefault(self.select, []).append(found.get("value") or "")
        elif tag == "textarea":
            self.area = name
            self.data[name] = [""]

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.data[self.area][0] += data.removeprefix("\n")


def form_inputs(response):
    """What the form of a page would send as it stands: {name: [values]}; no buttons, no search."""
    page = FormInputs()
    page.feed(response.content.decode())
    return {
        name: values for name, values in page.data.items() if name not in ("q", "_selected_action")
    }


def send_form(client, url, **changes):
    """Open a page with a form and send it with some values typed anew."""
    return client.post(url, form_inputs(client.get(url)) | changes)


def versions_of(*rows):
    """The inputs by which a page says that it shows the present versions of rows."""
    return dict(marks(type(row)._base_manager.get(pk=row.pk) for row in rows))
