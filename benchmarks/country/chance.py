"""Chance that is the same on every machine, for any number asked in any order."""

MASK = (1 << 64) - 1


class Chance:
    """Numbers that look random and follow from a seed and from what they are asked for."""

    def __init__(self, seed: int) -> None:
        self.seed = seed * 0x9E3779B97F4A7C15 & MASK

    def number(self, kind: int, of: int) -> int:
        """A number below 2⁶⁴ for the `of`-th thing of a kind (the mixing of SplitMix64)."""
        mixed = self.seed + of * 0xD1B54A32D192ED03 + kind * 0x8CB92BA72F3D8DD7 & MASK
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & MASK
        return mixed ^ mixed >> 31

    def below(self, limit: int, kind: int, of: int) -> int:
        return self.number(kind, of) % limit

    def share(self, kind: int, of: int) -> float:
        """A number from 0 to 1."""
        return self.number(kind, of) / MASK
