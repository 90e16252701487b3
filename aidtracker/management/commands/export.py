"""Write a whole dataset as a spreadsheet."""

import sys
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand

from aidtracker.ground.datasets import dataset_model, datasets
from aidtracker.sheets import csv_chunks, resource_for, workbook


class Command(BaseCommand):
    help = "把一个数据集已发布的记录写成 CSV 或 Excel 文件。"

    def add_arguments(self, parser):
        parser.add_argument("dataset", choices=datasets(), help="数据集的英文复数名")
        parser.add_argument("--format", choices=("csv", "xlsx"), default="csv", help="文件格式")
        parser.add_argument(
            "--headers", choices=("label", "code"), default="label", help="列名用中文还是代码"
        )
        parser.add_argument("--all", action="store_true", help="连同没有发布的记录")
        parser.add_argument("--output", default="-", help="写到哪个文件；- 为标准输出")

    def handle(self, *, dataset, headers, output, **options):
        model = dataset_model(dataset)
        resource, codes = resource_for(model), headers == "code"
        headings = resource.headings(codes)
        chosen = model.objects.all() if options["all"] else model.objects.published()
        rows = resource.rows(chosen, codes, is_public=not options["all"])
        with target(output) as file:
            if options["format"] == "csv":
                file.writelines(csv_chunks(headings, rows))
            else:
                with workbook(headings, rows) as content:
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
