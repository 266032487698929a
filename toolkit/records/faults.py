"""What is wrong with the data, fault by fault: where, what was seen, the rule and the remedy."""

from dataclasses import asdict, dataclass, field

from toolkit.i18n import Language

# More than this many faults of one kind in one column tell nothing new.
MOST_ALIKE = 20
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes
    ----------
    file : str
        Path of the file, as seen from the folder that is validated.
    rule : str
        Key of the rule, for instance "number": its sentence is ``fault.number``, its remedy
        ``remedy.number``.
    line : int or None
        Line in the file, as an editor counts, the header being line 1.
    column : str
    value : str
        What was seen.
    nearest : str
        The nearest valid value, when there is one.
    details : dict of str to str
        What else the sentences name.
    """

    file: str
    rule: str
    line: int | None = None
    column: str = ""
    value: str = ""
    nearest: str = ""
    details: dict[str, str] = field(default_factory=dict)

    def message(self, lang: Language) -> str:
        """Say what is wrong, with the value seen."""
        return lang(f"fault.{self.rule}", **self._values())

    def remedy(self, lang: Language) -> str:
        """Say what to do, with the nearest valid value."""
        text = lang(f"remedy.{self.rule}", **self._values())
        return f"{text} {lang('fault.nearest', nearest=self.nearest)}" if self.nearest else text

    def as_record(self, lang: Language) -> dict:
        """Return the fault as plain data, for a program to read."""
        record = asdict(self)
        return record | {"message": self.message(lang), "remedy": self.remedy(lang)}

    def _values(self) -> dict[str, str]:
        shown = printable(self.value)
        shown = shown if len(shown) <= _LONGEST_VALUE else shown[:_LONGEST_VALUE] + "…"
        details = {name: printable(text) for name, text in self.details.items()}
        return {"column": printable(self.column), "value": shown, **details}


def printable(text: str) -> str:
    """Show what cannot be printed as a dot: a value must not drive the reader's terminal."""
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else "·" for c in text)


def write_faults(faults: list[Fault], lang: Language) -> str:
    """Lay faults out as text, file by file, in the order of the lines."""
    lines = []
    for file in dict.fromkeys(fault.file for fault in faults):
        own = sorted((f for f in faults if f.file == file), key=lambda f: (f.line or 0, f.column))
        lines.append(f"{printable(file)}  ({lang.plural('fault.count', len(own))})")
        for fault in own:
            place = [lang("fault.line", line=fault.line)] if fault.line else []
            place += [fault.column] if fault.column else []
            lines.append(f"  {', '.join(place) or '-'}{lang('index.colon')} {fault.message(lang)}")
            lines.append(f"    → {fault.remedy(lang)}")
    return "\n".join(lines)


def without_repetition(faults: list[Fault]) -> list[Fault]:
    """Keep the first faults of each kind in each column, and one that counts the rest."""
    seen: dict[tuple, int] = {}
    kept = []
    for fault in faults:
        kind = (fault.file, fault.column, fault.rule)
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= MOST_ALIKE:
            kept.append(fault)
    for (file, column, rule), n in seen.items():
        if n > MOST_ALIKE:
            details = {"n": str(n - MOST_ALIKE), "rule": rule}
            kept.append(Fault(file, "more_alike", column=column, details=details))
    return kept
