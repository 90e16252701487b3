from django.apps import AppConfig


class AidtrackerConfig(AppConfig):
    name = "aidtracker"
    verbose_name = "平台"
