"""Choices that several models share: English value in the database, Chinese label on the page."""

from django.db import models


class Sector(models.TextChoices):
    """The field of work a programme, policy or metric belongs to."""

    FUNDS = "funds", "援疆资金"
    INDUSTRY = "industry", "产业与招商"
    EMPLOYMENT = "employment", "就业"
    CONSUMPTION = "consumption", "消费援疆"
    ECOMMERCE = "ecommerce", "电子商务"
    AGRICULTURE = "agriculture", "农业与特色林果"
    TOURISM = "tourism", "文化旅游"
    ENERGY = "energy", "电力能源"
    FINANCE = "finance", "金融保险"
    LIVELIHOOD = "livelihood", "民生与乡村振兴"
    HEALTH = "health", "医疗卫生"
    EDUCATION = "education", "教育"
    CULTURE = "culture", "文化润疆"
    PEOPLE = "people", "干部人才"
    DIGITAL = "digital", "数字化"
