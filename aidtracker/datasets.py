"""The pages of the site's own that stand in the admin's menu beside the lists of the apps."""

from aidtracker.ground.datasets import MenuGroup, MenuPage, register

USERS = MenuGroup("用户", 110)
# Whoever looks after accounts, the machine or the trail.
OPERATORS = ("auth.view_user",)

register(
    MenuPage(USERS, "运行状况", "monitor_heart", "status", OPERATORS),
    MenuPage(USERS, "数据版本", "inventory_2", "editions", OPERATORS),
)
