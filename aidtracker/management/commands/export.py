"""Write a whole dataset as a spreadsheet."""

import sys
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand

from aidtracker.ground.datasets import dataset_model, datasets
from aidtracker.sheets import chunks


class Command(BaseCommand):
    help = "把一个数据集写成 CSV 或 Excel 文件。"

    def add_arguments(self, parser):
        parser.add_argument("dataset", choices=datasets(), help="数据集的英文复数名")
        parser.add_argument("--format", choices=("csv", "xlsx"), default="csv", help="文件格式")
        parser.add_argument(
            "--headers", choices=("label", "code"), default="label", help="列名用中文还是代码"
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="全部记录和栏目，可再导入；否则为公开文件：已发布的记录，代码旁有名称",
        )
        parser.add_argument(
            "--site", default="", help="公开文件中网页地址的开头，如 https://example.org"
        )
        parser.add_argument("--output", default="-", help="写到哪个文件；- 为标准输出")

    def handle(self, *, dataset, headers, output, site, **options):
        rows, is_public = dataset_model(dataset).objects, not options["all"]
        chosen = rows.published() if is_public else rows.all()
        codes = headers == "code"
        with target(output) as file:
            content = chunks(chosen, options["format"], codes, is_public=is_public, site=site)
            file.writelines(content)


@contextmanager
def target(output):
    """The binary file to write to; `-` is standard output, which stays open."""
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with Path(output).open("wb") as file:
            yield file
