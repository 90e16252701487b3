"""The natural keys of a sheet's rows: each one's own, and none that is but like another."""

from typing import Any

from aidtracker.sheets.columns.cells import EMPTY
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.reading.pages import Sheet
from aidtracker.sheets.rehearsing.outcomes import LABEL_SEPARATOR, Objections
from aidtracker.sheets.rehearsing.readers import CellReader, Readers
from aidtracker.sheets.rehearsing.recognition import Recognised
from aidtracker.sheets.rehearsing.stored_rows import StoredRows, folded_key

UNREADABLE: Any = object()
ALIKE = "只差大小写、全半角、空格或连接号"


class RowKeys:
    """Reads the keys of a sheet's rows, and notes what is wrong with them."""

    def __init__(
        self, resource: SheetResource, sheet: Sheet, readers: Readers, objections: Objections
    ) -> None:
        self.resource, self.sheet = resource, sheet
        self.readers, self.objections = readers, objections

    def read(self, recognised: list[Recognised]) -> list:
        """The natural key of each row; UNREADABLE, with its problem noted, or None for no key.

        Of those `recognised` by name a person reads the name, not the key.
        """
        keys: list = []
        first: dict = {}
        failed = self.objections.failed
        by_name = {one.number: one.code for one in recognised}
        for number, cells in self.sheet.rows:
            if number in failed:
                keys.append(UNREADABLE)
                continue
            parts = tuple(self.key_part(number, cells, reader) for reader in self.readers.keys)
            key = None if all(part in EMPTY for part in parts) else parts
            if number not in failed and key and first.setdefault(key, number) != number:
                labels = LABEL_SEPARATOR.join(one.column.label for one in self.readers.keys)
                same = f"与第 {first[key]} 行重复：{labels}相同，一条记录只能占一行。"
                if number in by_name:
                    labels = self.resource.fields[self.resource.name_column].label
                    same = f"与第 {first[key]} 行是同一条记录（{by_name[number]}），只能占一行。"
                self.objections.fail(number, same, labels)
            keys.append(UNREADABLE if number in failed else key)
        return keys

    def settle_alike(self, keys: list, stored: StoredRows) -> None:
        """Let keys that nobody would tell from a stored one be that; ask where there are several.

        Nor are two new rows of a file told apart by case, width, dashes or blanks.
        """
        label = LABEL_SEPARATOR.join(one.column.label for one in self.readers.keys)
        known = {key: number for (number, _), key in zip(self.sheet.rows, keys, strict=True) if key}
        new: dict[tuple, int] = {}
        for place, (number, cells) in enumerate(self.sheet.rows):
            key = keys[place]
            if key is UNREADABLE or not key or stored.get(key):
                continue
            said = " / ".join(one.text(cells[one.position]) for one in self.readers.keys)
            same = [" / ".join(map(str, one)) for one in stored.alike.get(key, ())]
            first = new.setdefault(folded_key(key), number)
            if len(same) == 1 and stored.alike[key][0] not in known and first == number:
                keys[place] = stored.alike[key][0]
                self.objections.warn(number, label, said, f"按已有的“{same[0]}”读：{ALIKE}。")
            elif same or first != number:
                others = "、".join(f"“{one}”" for one in same) or f"第 {first} 行"
                self.objections.fail(number, f"与{others}{ALIKE}；请写成一样的，或另编号。", label)
                keys[place] = UNREADABLE

    def key_part(self, number: int, cells: list, reader: CellReader):
        """What a row's cell adds to its key."""
        reading, source = reader.read(cells[reader.position]), reader.column.source
        if reading.problem:
            self.objections.add(number, reader, cells, reading.problem)
        elif reading.is_empty and source.has_default():
            return source.get_default()
        elif reading.is_empty and not source.blank:
            self.objections.add(number, reader, cells, "不能留空。")
        return reading.value
