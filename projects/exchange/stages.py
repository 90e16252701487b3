"""In which stage a case of the API stands: by the key that the stage has among those of pipelines,
and by its name."""

from datetime import date
from typing import Any

from ninja import Schema
from pydantic import Field

from aidtracker.api.sets import Further
from aidtracker.ground.addresses import address
from aidtracker.ground.keys import key_text
from projects.models import Pipeline, PipelineCase


class Reached(Schema):
    """现在的阶段：公开的阶段记录中最靠后的一个；没有开始的、回到某一天的是 null。"""

    key: str = Field(description="数据集 pipeline_stages 中这一阶段的 identifier；条件 stage 写它")
    name: str = Field(description="阶段")
    number: int = Field(description="序号，从 1 开始")
    outcome: str | None = Field(description="done 达成、left 退出；还要往下走的是 null")
    entered_on: str | None = Field(description="进入日期，可到年或月")
    pipeline: str = Field(description="推进流程在本站的网页，列有全部阶段")


def reached(numbers: list[int], site: str, day: date | None) -> dict[int, Any]:
    """Of some public cases by their numbers: one query. Of an earlier day it is not known."""
    if day is not None:
        return {}
    rows = PipelineCase.objects.filter(pk__among=numbers).with_stage().order_by()
    told = rows.values_list("pk", "reached", "pipeline__name", "pipeline__slug")
    return {
        number: {
            "key": key_text((pipeline, at["name"])),
            "name": at["name"],
            "number": at["number"],
            "outcome": at["outcome"] or None,
            "entered_on": at["on"] or None,
            "pipeline": f"{site}{address(Pipeline.page_name(), slug)}",
        }
        for number, at, pipeline, slug in told
        if at
    }


STAGE = Further("stage", "现在的阶段", Reached, reached)
