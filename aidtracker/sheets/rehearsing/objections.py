"""What is wrong with the rows of a sheet, noted while an import is rehearsed."""

from aidtracker.sheets.rehearsing.outcomes import WARNING, WHOLE_ROW, Outcome, Problem, shortened


class Objections:
    """The problems of a sheet so far; `failed` are the numbers of the rows that have errors.

    `faulty` are the names of each row's fields that have them.
    """

    def __init__(self, sheet):
        self.outcome = Outcome(sheet=sheet.name, notices=list(sheet.notices))
        self.failed: set[int] = set()
        self.faulty: dict[int, set[str]] = {}

    def add(self, number, reader, cells, message):
        self.failed.add(number)
        self.faulty.setdefault(number, set()).add(reader.column.attribute)
        value = shortened(reader.text(cells[reader.position]))
        self.outcome.problems.append(Problem(number, reader.column.label, value, message))

    def fail(self, number, message, heading=WHOLE_ROW):
        self.failed.add(number)
        self.outcome.problems.append(Problem(number, heading, "", message))

    def warn(self, number, heading, value, message):
        self.outcome.problems.append(Problem(number, heading, shortened(value), message, WARNING))

    def withdraw(self, number):
        """Forget the problems of a row that is not going to be imported anyway."""
        problems = self.outcome.problems
        while problems and problems[-1].number == number:
            problems.pop()
        self.failed.discard(number)
        self.faulty.pop(number, None)

    def disagree(self, plan, reader, shown):
        message = f"这一列由其他列得出，应为“{shown or '空'}”；请改正或留空。"
        self.add(plan.number, reader, plan.cells, message)
