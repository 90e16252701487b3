"""The words of the libraries are all Chinese; a failure here lists what an upgrade adds."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import unfold
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, auth
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

from aidtracker.settings import BASE_DIR

PO = BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
ENTRY = re.compile(r'^msgid "(.+)"\n(?:msgid_plural .*\n)?msgstr(?:\[0\])? "(.*)"$', re.MULTILINE)
MARKERS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
CALL = re.compile(r"""\b(?:_|n?gettext)\(\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
# Parts of the skin that belong to libraries we do not have.
UNUSED = {"constance", "guardian", "import_export", "inlines", "location_field", "simple_history"}
UNUSED |= {"unfold_crispy"}
# Words for who writes e-mails or code, never on a page of ours.
NOT_SHOWN = {"management", "password_reset_email.html", "test", "tests"}


def folder(package):
    return Path(package.__file__).parent


def files(package, pattern):
    return [
        path
        for path in sorted(folder(package).rglob(pattern))
        if not {*path.parts} & (UNUSED | NOT_SHOWN)
    ]


def words_of_python(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            if node.func.id in MARKERS and isinstance(first, ast.Constant):
                yield first.value


def words_of_calls(text):
    return [ast.literal_eval(match) for match in CALL.findall(text)]


def words(package):
    """All words that a package marks for translation in its Python code and templates."""
    found = set()
    for path in files(package, "*.py"):
        found |= {*words_of_python(path.read_text(encoding="utf-8"))}
    for path in files(package, "*.html"):
        found |= {*words_of_calls(templatize(path.read_text(encoding="utf-8")))}
    return found


def catalog_of(translation: Any) -> Any:
    """All that is translated: {word: Chinese, (word, 0): Chinese for any number}."""
    return translation._catalog


def has_translation(catalog, word):
    """Whether the catalog has the word, as it is or as the first of singular and plural."""
    return bool(catalog.get(word) or catalog.get((word, 0)))


@pytest.mark.parametrize("package", [unfold, admin, auth, forms])
def test_words_of_libraries_are_all_translated(package):
    catalog = catalog_of(trans_real.translation("zh-hans"))
    assert sorted(word for word in words(package) if not has_translation(catalog, word)) == []


def test_words_of_the_skins_scripts_are_all_translated():
    locale = [str(folder(admin) / "locale")]
    scripts = trans_real.DjangoTranslation("zh-hans", domain="djangojs", localedirs=locale)
    catalog = catalog_of(scripts)
    found = {
        word
        for path in files(unfold, "*.js")
        for word in words_of_calls(path.read_text(encoding="utf-8"))
    }
    assert sorted(word for word in found if not has_translation(catalog, word)) == []


def test_catalog_is_compiled():
    catalog = catalog_of(trans_real.translation("zh-hans"))
    entries = {
        ast.literal_eval(f'"{word}"'): ast.literal_eval(f'"{chinese}"')
        for word, chinese in ENTRY.findall(PO.read_text(encoding="utf-8"))
    }
    read = {word: catalog.get(word) or catalog.get((word, 0)) for word in entries}
    assert read == entries


def test_unused_parts_of_the_skin_are_not_installed():
    unused = {f"unfold.contrib.{part}" for part in UNUSED}
    assert sorted(unused & {config.name for config in apps.get_app_configs()}) == []


def test_language_is_chinese():
    assert settings.LANGUAGE_CODE == "zh-hans"
