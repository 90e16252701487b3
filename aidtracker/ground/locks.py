"""Rows are held in one order by every door, so that two doors never wait for each other."""


def held(rows):
    """`rows`, a queryset, kept as they are until the transaction ends, in the order of numbers.

    Others may meanwhile store rows that refer to them.
    """
    return rows.order_by("pk").select_for_update(no_key=True)
