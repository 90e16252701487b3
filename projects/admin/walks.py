"""The steps of this app: on a person's first day, and of a site that begins empty."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.urls import reverse

from aidtracker.desk import walks
from aidtracker.desk.walks import Step
from aidtracker.ground.datasets import admin_page, ready_file
from aidtracker.ground.scope import may
from aidtracker.review.steps import PUBLISH, SUBMIT
from aidtracker.trail import acts
from programs.models import Account, Batch, Category, Headquarters, Pairing, Region, Source
from projects.models import Metric, Observation, ProgressReport, Project, ReportingPeriod
from projects.models.tasks import CollectionTask

# What a new site needs, in this order: the model, what it is for, what is enough.
NEEDED: tuple[tuple[Any, str], ...] = (
    (
        Region,
        "支援方的省市和受援的地区、县市；“导入”里有现成的一份省市和地州，一次放入，县市自己加。",
    ),
    (Headquarters, "一个指挥部一条，写明支援方；下属的写上级。"),
    (Pairing, "谁支援哪里，从什么时候起。"),
    (Batch, "三年一批；账号可随批次到期。"),
    (Category, "本规划期的项目类别。"),
    (Metric, "要记哪些数，单位和口径是什么；“导入”里有现成的一份常用指标，一次放入。"),
)


def first_day(request: HttpRequest) -> Iterator[Step]:
    """What the person's rights are for."""
    user: Any = request.user
    own = acts.Act.objects.filter(user=user.pk)
    if may(user, "add", ProgressReport):
        yield Step(
            "填一个月",
            "“按月填报”一页填一个月，可以从 Excel 粘贴；灰色的是上月数。",
            reverse("admin:projects_grid"),
            own.filter(way=acts.Way.GRID),
        )
    if SUBMIT.is_allowed(user, Project):
        yield Step(
            "提交给审核",
            "草稿提交以后别人才看得到；退回的写着意见，可以答复。",
            f"{admin_page(Project, 'changelist')}?todo=draft",
            own.filter(subject__startswith="提交"),
        )
    if may(user, "approve", Project):
        yield Step(
            "审核一条",
            "首页“等我审核”；看原文的句子和读作的数，通过或写明意见退回。",
            f"{admin_page(Project, 'changelist')}?todo=approve",
            own.filter(subject__startswith="审核通过"),
        )


def first_steps(request: HttpRequest) -> Iterator[Step]:
    """From an empty site to the first month, as far as they are this person's to do."""
    user: Any = request.user
    for model, words in NEEDED:
        if may(user, "add", model):
            name, page = model._meta.verbose_name, "import" if ready_file(model) else "changelist"
            yield Step(f"登记{name}", words, admin_page(model, page), model.objects.all())
    if may(user, "add", get_user_model()):
        yield Step(
            "新建用户",
            "系统管理员新建；安全管理员给他分组、定所属指挥部。",
            reverse("admin:auth_user_changelist"),
            Account.objects.exclude(user=user.pk),
        )
    yield from first_figure(user)
    yield from first_month(user)


def first_figure(user: Any) -> Iterator[Step]:
    if may(user, "add", Source):
        words = "数字从文献来：上传全文，边读边录。"
        yield Step("登记文献", words, admin_page(Source, "changelist"), Source.objects.all())
    if may(user, "add", Observation):
        words = "在文献的表单上点“边读边录”：点原文里的数，选指标和主体，Ctrl+回车保存。"
        figures = Observation.objects.all()
        yield Step("录第一个数字", words, admin_page(Source, "changelist"), figures)
    if PUBLISH.is_allowed(user, Observation):
        words = "由另一个人看过句子和读作的数，审核通过、发布，公开页上就有了。"
        page = f"{admin_page(Observation, 'changelist')}?todo=approve"
        yield Step("发布第一个数字", words, page, Observation.objects.published())


def first_month(user: Any) -> Iterator[Step]:
    if may(user, "add", Project):
        words = "下载模板填好导入，或者逐个新增；先填十二栏就够。"
        yield Step("登记项目", words, admin_page(Project, "changelist"), Project.objects.all())
    if may(user, "add", ReportingPeriod):
        periods, tasks = ReportingPeriod.objects.all(), CollectionTask.objects.all()
        words = "给所有指挥部开一个月，之后就能按月填报。"
        yield Step("开账期", words, admin_page(ReportingPeriod, "changelist"), periods)
        words = "写明填什么、谁填、何时截止，填报的人会收到通知。"
        yield Step("布置第一份报表任务", words, reverse("admin:projects_tasks"), tasks)


walks.FIRST_DAY.append(first_day)
walks.FIRST_STEPS.append(first_steps)
