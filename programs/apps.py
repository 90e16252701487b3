"""The app of who aids whom, under what, and which document says so."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = "援助关系与工程"
