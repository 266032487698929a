"""A project as a case for the OECD observatory: its own words where there are, what lacks if not.

Nothing is invented: a text is an answer under [opsi.answers], or English words that the project's
files already hold. What they hold in French, or only in part, stands beside as material.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.records.opsi_form import Form, FormField, load_form
from toolkit.records.portfolio import Project
from toolkit.sharing.opsi_drafts import draft_answers
from toolkit.sharing.opsi_gates import Gate, check_gates
from toolkit.sharing.opsi_lints import Finding, lint
from toolkit.sharing.opsi_material import Piece, gather_material


@dataclass(frozen=True)
class Answer:
    """A field, filled or not.

    Attributes
    ----------
    asked : FormField
    text : str
        What is to be pasted; "" where there is nothing.
    origin : str
        File and key it comes from; "" where there is nothing.
    material : tuple of Piece
        What else the records say on it.
    findings : tuple of Finding
    """

    asked: FormField
    text: str
    origin: str
    material: tuple[Piece, ...]
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        """Whether something keeps the answer from being sent."""
        return any(finding.blocking for finding in self.findings)


@dataclass(frozen=True)
class Case:
    """A project's answers, in the form's order, and whether it is one the observatory takes.

    Attributes
    ----------
    project : Project
    form : Form
    answers : tuple of Answer
    gates : tuple of Gate
    attachments : tuple of str
        Addresses of files that the form accepts.
    actions : tuple of (str, str)
        Date and English title of the contributions to the observatory (E5) on the project.
    """

    project: Project
    form: Form
    answers: tuple[Answer, ...]
    gates: tuple[Gate, ...]
    attachments: tuple[str, ...]
    actions: tuple[tuple[str, str], ...]

    @property
    def ready(self) -> bool:
        """Whether nothing keeps the case from being sent."""
        return not any(answer.blocked for answer in self.answers) and all(
            gate.outcome == "passed" for gate in self.gates
        )

    @property
    def state(self) -> str:
        """How far it is: "draft", "checked", "submitted" or "published"."""
        opsi = self.project.facts.opsi
        if opsi.published_url:
            return "published"
        if opsi.submitted_on:
            return "submitted"
        return "checked" if self.ready else "draft"


def describe_case(
    project: Project,
    records: Sequence[dict] = (),
    *,
    attachments: Sequence[str] = (),
    actions: Sequence[tuple[str, str]] = (),
) -> Case:
    """Fill the form from a project and the records of its studies.

    Parameters
    ----------
    project : Project
    records : sequence of dict
        Content of estimates.json of its studies, if any was run.
    attachments : sequence of str
        Addresses of files; those of a type the form accepts are kept.
    actions : sequence of (str, str)
        As in `Case`.

    Returns
    -------
    Case

    Examples
    --------
    See ``notebooks/oecd_case_study.ipynb``.
    """
    form = load_form()
    drafts = draft_answers(project, records, form=form)
    filled = {asked.name: _filled(asked, project, drafts) for asked in form.fields}
    given = {name: text for name, (text, _) in filled.items()}
    gathered = gather_material(project)
    accepted = {kind for asked in form.fields for kind in asked.accepts}
    return Case(
        project=project,
        form=form,
        answers=tuple(
            Answer(
                asked=asked,
                text=filled[asked.name][0],
                origin=filled[asked.name][1],
                material=gathered.get(asked.name, ()),
                findings=_findings(asked, given, form=form, sectors=project.facts.sectors),
            )
            for asked in form.fields
        ),
        gates=check_gates(project, records, given),
        attachments=tuple(a for a in attachments if a.rpartition(".")[2].lower() in accepted),
        actions=tuple(actions),
    )


def _filled(asked: FormField, project: Project, drafts: dict) -> tuple[str, str]:
    """Return the text of a field and where it comes from: an answer before a draft."""
    if asked.by_hand:
        return "", ""
    if written := project.facts.opsi.answers.get(asked.name, "").strip():
        return written, f"project.toml: opsi.answers.{asked.name}"
    text, origin = drafts.get(asked.name, ("", ""))
    return text, origin if text else ""


def _findings(
    asked: FormField, given: dict[str, str], *, form: Form, sectors: Sequence[str]
) -> tuple[Finding, ...]:
    if asked.by_hand or (asked.only_if and given[asked.only_if[0]] != asked.only_if[1]):
        return ()
    text = given[asked.name]
    if not text and (asked.required or asked.only_if):
        return (Finding("missing", {"field": asked.name}),)
    found = lint(text, asked=asked, form=form)
    if asked.name == "organisation_primary_sectorfield":
        lost = [code for code in sectors if code not in asked.choices]
        found += tuple(Finding("no_counterpart", {"seen": code}) for code in lost)
    return found
