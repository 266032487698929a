"""Whether a project is a case the OECD observatory takes, gate by gate, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from toolkit.i18n import Language
from toolkit.records.portfolio import Project

_UNDER_WAY = ("implementation", "evaluation", "diffusing")
_PUBLIC = ("state", "local", "operator")


@dataclass(frozen=True)
class Gate:
    """One condition, and why it holds or not.

    Attributes
    ----------
    name : {"real", "implemented", "public_sector", "novel", "impact"}
    outcome : {"passed", "failed", "unknown"}
        "unknown" where the records lack what would tell.
    reason : str
        Catalogue key ``opsi.gate.<name>.<reason>``.
    values : dict
        What that sentence names.
    """

    name: str
    outcome: str
    reason: str
    values: dict[str, str | int] = field(default_factory=dict)

    def sentence(self, lang: Language) -> str:
        """Say the reason, with the remedy where it does not hold."""
        return lang(f"opsi.gate.{self.name}.{self.reason}", **self.values)


def check_gates(
    project: Project, records: Sequence[dict], given: dict[str, str]
) -> tuple[Gate, ...]:
    """Hold a project, the records of its studies and its answers against the conditions."""
    simulated = project.facts.simulated or any(record["simulated"] for record in records)
    return (
        Gate("real", "failed", "simulated") if simulated else Gate("real", "passed", "real"),
        _implemented(project),
        _public_sector(project, given),
        _novel(project, given),
        _impact(project, records, given),
    )


def _implemented(project: Project) -> Gate:
    sites = project.tables["deployments"]
    opened = sites[(sites.role == "treated") & sites.adopted_on.notna()]
    if opened.empty:
        return Gate("implemented", "unknown", "no_site")
    if project.facts.opsi_status not in _UNDER_WAY:
        return Gate("implemented", "failed", "too_early", {"status": project.facts.opsi_status})
    return Gate("implemented", "passed", "sites", {"count": len(opened)})


def _public_sector(project: Project, given: dict[str, str]) -> Gate:
    """Ask for a government organisation, or public bodies among the partners."""
    if given["organisation_type"] == "government":
        return Gate("public_sector", "passed", "government")
    partners = project.tables["partners"]
    if public := int(partners.kind.isin(_PUBLIC).sum()):
        values = {"count": public, "all": len(partners)}
        return Gate("public_sector", "passed", "partners", values)
    if given["organisation_type"]:
        return Gate("public_sector", "failed", "no_partner")
    return Gate("public_sector", "unknown", "unsaid")


def _novel(project: Project, given: dict[str, str]) -> Gate:
    """Ask for what is new; how new is left to the observatory."""
    if given["what_makes_your_project_innovative"]:
        return Gate("novel", "passed", "said")
    return Gate("novel", "unknown", "unsaid")


def _impact(project: Project, records: Sequence[dict], given: dict[str, str]) -> Gate:
    """Ask for results, measured whichever way they point, or told."""
    if any(record["estimate"] is not None for record in records):
        return Gate("impact", "passed", "measured")
    if given["results_impact"]:
        return Gate("impact", "passed", "told")
    return Gate("impact", "unknown", "unsaid")
