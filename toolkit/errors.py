"""What can go wrong, by kind. Every message says what was seen, the rule and the remedy."""


class ToolkitError(Exception):
    """Any error the toolkit raises on purpose; its text is meant for the person at the keyboard.

    Examples
    --------
    >>> from toolkit import load_project
    >>> try:
    ...     load_project("inconnu")
    ... except ToolkitError as error:
    ...     print(str(error)[:24])
    There is no project 'inc
    """


class DataError(ToolkitError):
    """A file of data/ is missing, damaged or not what its description says."""


class UnknownTerritoryError(ToolkitError):
    """No territory, or several, answer to what was asked; `candidates` are the nearest ids.

    Examples
    --------
    >>> from toolkit import load_territory
    >>> try:
    ...     load_territory("Creuze")
    ... except UnknownTerritoryError as error:
    ...     print(error.candidates[0])
    DEP-23
    """

    def __init__(self, message: str, candidates: tuple[str, ...] = ()):
        super().__init__(message)
        self.candidates = candidates


class DesignError(ToolkitError):
    """A design cannot be estimated on what it was given (all that is wrong in one message)."""


class ParameterError(ToolkitError):
    """A notebook's parameters do not fit its parameters cell (all faults in one message)."""


class ReportError(ToolkitError):
    """A notebook stopped before its end: at `cell` (from 1, if known), by an error of a `kind`."""

    def __init__(self, message: str, *, kind: str, cell: int | None = None):
        super().__init__(message)
        self.kind = kind
        self.cell = cell
