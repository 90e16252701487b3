"""The forms of the entry page: a figure, a phrase to skip, a new series."""

from itertools import count
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from aidtracker.desk.manual import explained
from aidtracker.ground.scope import check_owner, fill_owner, readable, scope_of
from programs.models import Headquarters
from programs.models.sources import checksum
from projects.entry.document import FOREIGN_FIGURE, collapse, with_visibility
from projects.entry.fields import DayField, NameField, SeriesField, SubjectField, named
from projects.entry.wordings import doubts, said_before
from projects.models import Metric, Observation, Series, SkippedPhrase
from projects.models.scope_entries import ScopeList, settle, spelled
from projects.reading.anchors import SUPPLIED, claimed_words, plain_words

NUMBERING_ATTEMPTS = 5
TEXT_CHANGED = (
    "这份文献的全文在页面打开之后换过，起止位置可能不再对应，所以没有保存。"
    "请记下填写的内容，重新打开本页再录。"
)


def in_words(row):
    """A figure recorded already, as far as the user may know of it."""
    if not row.is_visible:
        return FOREIGN_FIGURE
    return f"第 {row.number} 号“{row.printed}”（{row.series}）"


class OwnForm(forms.BaseForm):
    """What a form stores belongs to a headquarters of the user who sends it.

    Whoever belongs to several says to which.
    """

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        scope = scope_of(user)
        if len(scope.headquarters) > 1 and not scope.changes_all:
            self.fields["maintainer"] = maintainer_field(scope)
        for field in self.fields.values():
            if isinstance(field, NameField):
                field.user = user

    def own(self, row, owner=None):
        """Give a new row its owner; ValidationError if the user may not keep it."""
        if "maintainer" in self.fields:
            row.maintainer = self.cleaned_data.get("maintainer")
            return  # without a choice, the field itself is in error
        row.maintainer = owner if owner and owner.pk in scope_of(self.user).headquarters else None
        fill_owner(row, self.user)
        check_owner(row, self.user)


def maintainer_field(scope):
    """The choice of one of the headquarters that a user covers."""
    return forms.ModelChoiceField(
        Headquarters.objects.filter(pk__in=scope.headquarters).order_by("name"),
        label="维护单位",
        empty_label="请选择",
        error_messages={"required": "您属于几个指挥部，请选择归哪一个维护。"},
    )


class PlacedForm(OwnForm, forms.ModelForm):
    """Words of a document by their place, in a text that is still the one that was shown."""

    # The text as it stood when the page was made, by which it knows that its offsets still hold.
    text_sha256 = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, source, user, *args, **kwargs):
        super().__init__(user, *args, **kwargs)
        self.source = self.instance.source = source
        self.initial.setdefault("text_sha256", checksum(source.text))
        for name in ("start", "end"):
            field = self.fields[name]
            field.required, field.help_text = True, ""
            field.error_messages["required"] = "请填写位置，或在文中选取数字。"
        for name in self.fields.keys() & {"accumulation", "reason"}:
            choice: Any = self.fields[name]
            choice.choices = [("", "请选择"), *choice.choices[1:]]
            choice.error_messages["required"] = "请选择。"

    def clean(self):
        super().clean()
        self.own(self.instance, self.source.maintainer)
        data = self.cleaned_data
        if data.get("text_sha256") != checksum(self.source.text):
            self.add_error(None, TEXT_CHANGED)
        elif {"start", "end"} <= data.keys():
            self.check_place(data)
        return data

    def check_place(self, data):
        """Narrow the place to the words without the space around them; refuse one without words."""
        words = self.source.text[data["start"] : data["end"]]
        if data["end"] > len(self.source.text) or not words.strip():
            length = len(self.source.text)
            self.add_error("end", f"起须小于止，止不能超过全文的 {length} 字，其间要有文字。")
            return
        data["start"] += len(words) - len(words.lstrip())
        data["end"] -= len(words) - len(words.rstrip())
        self.check_words(data, collapse(words))

    def check_words(self, data, words):
        """Judge the words of a place that is one, without breaks between their lines."""
        raise NotImplementedError

    def recorded_here(self, data):
        """Figures already recorded, by whomever, in any of the same characters."""
        rows = with_visibility(self.source.observations.all(), self.user)
        return rows.filter(start__lt=data["end"], end__gt=data["start"])


class FigureForm(PlacedForm):
    """A figure, stored as a draft; its number is the next free one after the figure before it."""

    series = SeriesField()
    period_start = DayField(label="期间起", is_first=True)
    period_end = DayField(label="期间止")
    as_of = DayField(label="截至")
    is_second = forms.BooleanField(label="仍另记一条", required=False)
    is_meant = forms.BooleanField(label="仍照此存", required=False)

    class Meta:
        model = Observation
        fields = (
            *("start", "end", "printed", "series", "printed_name", "nature", "accumulation"),
            *("obs_status", "price_basis"),
            *("period_start", "period_end", "as_of", "period_text", "is_period_inferred"),
            *("attributed_to", "note"),
        )
        widgets = {"note": forms.TextInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["printed"].error_messages["required"] = "请填写原文数字，或在文中选取。"
        self.fields["printed"].widget.attrs["autocomplete"] = "off"
        for name in ("obs_status", "price_basis", "printed_name"):
            self.fields[name].help_text = ""  # told on the figure's own form

    def check_words(self, data, words):
        printed = data.get("printed")
        if printed is None:
            return
        if claimed_words(printed) != plain_words(words):
            place = f"第 {data['start'] + 1}—{data['end']} 字"
            self.add_error("printed", f"全文{place}是“{words[:60]}”，与“{printed}”不一致。")
            return
        data["printed"] = f"{words}{''.join(SUPPLIED.findall(printed))}"
        self.check_is_new(data)
        self.check_wording(data)

    def check_wording(self, data):
        """Warn of what the words, or the metric, say otherwise than what was chosen."""
        if data.get("is_meant") or not {"series", "nature", "accumulation"} <= data.keys():
            return
        said = said_before(self.source.text, data["start"], data["end"], self.source)
        chosen = (data["nature"], data["accumulation"], data["series"].metric)
        if found := "".join(doubts(said, *chosen)):
            self.add_error("is_meant", f"{found}没有保存；请核对。")

    def check_is_new(self, data):
        """Warn of figures recorded here, perhaps a moment ago by someone else."""
        here = [] if data["is_second"] else self.recorded_here(data)[:3]
        if here:
            found = "；".join(dict.fromkeys(map(in_words, here)))
            self.add_error("is_second", f"这处文字已有记录：{found}。没有再记。")

    def save(self, commit=True):
        """Store the draft; if its number was taken meanwhile, under the next one."""
        for attempt in range(NUMBERING_ATTEMPTS):
            self.instance.number = self.next_number()
            try:
                with transaction.atomic():
                    return super().save(commit)
            except IntegrityError:
                is_taken = self.source.observations.filter(number=self.instance.number).exists()
                if not is_taken or attempt == NUMBERING_ATTEMPTS - 1:
                    raise
        return None

    def next_number(self):
        """The first free number after that of the figure before this one; no other one changes.

        Numbers are addresses of pages: a figure found later between two others comes last.
        """
        rows = self.source.observations.order_by("-start", "-number").values_list(
            "number", flat=True
        )
        taken = set(rows)
        before = rows.filter(start__lte=self.instance.start).first() or 0
        return next(number for number in count(before + 1) if number not in taken)


class SkipForm(PlacedForm):
    """A numeric phrase to leave out, with the reason."""

    skip_note = forms.CharField(label="说明", required=False, max_length=200)

    class Meta:
        model = SkippedPhrase
        fields = ("start", "end", "reason")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reason: Any = self.fields["reason"]
        numbered = enumerate(SkippedPhrase.Reason.choices, 1)
        # By its number a reason is chosen with one key.
        reason.choices = [("", "请选择")] + [(key, f"{at} {name}") for at, (key, name) in numbered]

    def check_words(self, data, words):
        here = self.recorded_here(data).first()
        if here:
            self.add_error("reason", f"这处文字已有记录：{in_words(here)}。不能略过。")
        elif self.source.skipped_phrases.filter(start=data["start"]).exists():
            self.add_error("reason", "这一位置已登记为略过。")
        self.instance.note = data.get("skip_note", "")


def entry_named(words):
    """The entry of the list of scopes that words name, in whatever wording; None for none."""
    entry = ScopeList().by_spelling.get(spelled(words)) if words else None
    if words and entry is None:
        raise ValidationError(f"范围条目里没有“{words}”，请从列表中选择，或写在范围说明里。")
    return entry


class SeriesForm(OwnForm, forms.Form):
    """A new series: a metric, one or two subjects of any kind, and the scope.

    Of the scope what the list has is chosen; a third entry is typed beside the note.
    """

    metric = NameField("metric", label="指标")
    subject = SubjectField(label="主体")
    second_subject = SubjectField(
        label="第二主体", required=False, help_text=explained()["第二主体"]
    )
    first_scope = NameField("scope", label="范围", required=False, help_text="含兵团、线上、仅苹果")
    second_scope = NameField("scope", label="第二范围", required=False)
    scope_note = forms.CharField(
        label="范围说明",
        required=False,
        max_length=120,
        help_text="范围条目没有的，照文献写；几条用逗号隔开",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["metric"].error_messages["required"] = "请选择指标。"
        self.fields["subject"].error_messages["required"] = "请选择主体。"

    def clean_metric(self):
        return named(readable(Metric.objects.all(), self.user), self.cleaned_data["metric"], "指标")

    def clean_first_scope(self):
        return entry_named(self.cleaned_data["first_scope"])

    def clean_second_scope(self):
        return entry_named(self.cleaned_data["second_scope"])

    def clean_second_subject(self):
        first, second = self.cleaned_data.get("subject"), self.cleaned_data["second_subject"]
        if first and second and first[0] == second[0]:
            raise ValidationError("两个主体须是不同的种类。")
        return second

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if not self.errors:
            subjects = dict(filter(None, (data["subject"], data["second_subject"])))
            names = ("metric", "first_scope", "second_scope", "scope_note")
            series = Series(**{name: data[name] for name in names}, **subjects)
            settle([series])
            same = readable(Series.objects.all(), self.user).like(series).first()
            self.series = same or self.complete(series)
        return data

    def complete(self, series):
        """The series with its name; ValidationError in words of no one field."""
        self.own(series)
        try:
            series.full_clean()
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return series

    def save(self):
        """The series of this meaning, stored if there was none → (series, whether it is new)."""
        series = self.series
        is_new = series.pk is None
        if is_new:
            series.save()
        return series, is_new
