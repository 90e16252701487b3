"""What a text shows of figures that are public no more: that they are not, and nothing of them.

The content as it was frozen stays as it is, and is shown to nobody in this.
"""

from collections.abc import Iterable
from typing import Any

GONE = "〔已撤回〕"
WORDS = "这一段所说的数字已有撤回的，不再显示。"
HIDDEN = "这个项目没有公开，或不再公开，卡片不写、不显示它的内容。"
LEDGER = "指挥部填报的台账"
Data = dict[str, Any]
# Of a figure that is gone, what says where it stood.
KEPT = ("kind", "id", "dataset", "field", "document", "number", "source", "short", "address")


def shown(content: Data, gone: Iterable[int]) -> Data:
    """The content without what it says of the figures of these footnotes."""
    hidden = set(gone)
    if not hidden:
        return content
    figures = [
        nothing_of(one) if number in hidden else one
        for number, one in enumerate(content["figures"], 1)
    ]
    blocks = [block_without(one, hidden) for one in content["blocks"]]
    return {**content, "figures": figures, "blocks": blocks}


def nothing_of(figure: Data) -> Data:
    empty = dict.fromkeys(figure, "")
    kept = {name: figure[name] for name in KEPT if name in figure}
    if figure["kind"] == "amount":  # its source names the row, and the words it was taken from
        kept["source"] = LEDGER
    return {**empty, **kept, "printed": GONE, "contradictions": [], "place": "已撤回"}


def nothing_of_card(content: Data) -> Data:
    """A card of a project that is public no more: all of it tells of the project."""
    blocks = [{"kind": "note", "text": HIDDEN}]
    title = content["outline"]
    return {**content, "title": title, "subject": "", "blocks": blocks, "figures": []}


def block_without(block: Data, hidden: set[int]) -> Data:
    if block["kind"] == "paragraph":
        is_told = hidden & notes_in(block["pieces"])
        # Of what does not agree the words around the figures are worked out from them.
        if is_told and block.get("is_computed"):
            return {"kind": "note", "text": WORDS}
        return {**block, "pieces": pieces_without(block["pieces"], hidden)}
    if block["kind"] == "table":
        rows = [[pieces_without(cell, hidden) for cell in row] for row in block["rows"]]
        return {**block, "rows": rows}
    if block["kind"] == "chart" and hidden.intersection(block["notes"]):
        return {"kind": "note", "text": WORDS}
    return block


def notes_in(pieces: Iterable[Any]) -> set[int]:
    return {number for one in pieces if not isinstance(one, str) for number in one["notes"]}


def pieces_without(pieces: Iterable[Any], hidden: set[int]) -> list[Any]:
    return [
        {**one, "printed": GONE}
        if not isinstance(one, str) and hidden.intersection(one["notes"])
        else one
        for one in pieces
    ]
