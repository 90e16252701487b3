"""The winter in which building in the open rests, so that nothing is late for standing still."""

WINTER_BEGINS = (10, 15)
WINTER_ENDS = (3, 31)


def is_winter(day):
    """Whether building rests on a day: from mid-October to the end of March."""
    place = (day.month, day.day)
    return place >= WINTER_BEGINS or place <= WINTER_ENDS


def is_construction(project):
    """Whether something is built in a project, as far as the ledger says."""
    return bool(project.construction) or project.spend_nature == project.SpendNature.FIXED
