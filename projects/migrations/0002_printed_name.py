"""What a document calls a figure, where that is not the metric's name."""

from django.db import migrations, models

TABLES = ("projects_observation", "projects_historicalobservation")


def field():
    return models.CharField(
        "原文名称",
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="文献怎么称呼所数的东西；与指标的名称不同时照文献写，如指标是产业援疆资金，"
        "文献只印援疆资金；相同就留空",
    )


class Migration(migrations.Migration):
    dependencies = (("projects", "0001_initial"),)

    operations = (
        # Django would write SQLite's table anew; a column with a constant default needs no row read.
        migrations.RunSQL(
            [
                f"ALTER TABLE {table} ADD COLUMN printed_name varchar(60) DEFAULT '' NOT NULL"
                for table in TABLES
            ],
            [f"ALTER TABLE {table} DROP COLUMN printed_name" for table in TABLES],
            state_operations=[
                migrations.AddField("historicalobservation", "printed_name", field()),
                migrations.AddField("observation", "printed_name", field()),
            ],
        ),
    )
