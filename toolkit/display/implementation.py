"""How a project was carried out: its cycles, its logbook, its theory, and what is left of it."""

import pandas as pd

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.cycles import plot_cycles
from toolkit.display.projects import (
    figure_facts,
    introduce_project,
    tabulate_claims,
    vocabulary_words,
    words_table,
    write_date,
    write_words,
)
from toolkit.display.theory import plot_theory_of_change
from toolkit.i18n import Language
from toolkit.records.portfolio import Project
from toolkit.study.fidelity import treated_sites
from toolkit.study.qualities import ADOPTED, latest_versions
from toolkit.study.validity import public_entries, split_by_language


def introduce_implementation(project: Project, *, lang: Language) -> list[Block]:
    """Return the top of the page: decisions, failures, money, artefacts and reintegration.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    said = [
        *(_of_cycles(project, lang)),
        *(_of_failures(project, lang)),
        *(_of_money(project, lang)),
        *(_of_artefacts(project, lang)),
        *(_of_assumptions(project, lang)),
    ]
    states = vocabulary_words("reintegration", lang)
    said.append(lang("implementation.reintegration", state=states[project.facts.reintegration]))
    if len(said) == 1:
        said.insert(0, lang("implementation.nothing"))
    said += _of_sites(project, lang)
    lead, rest = said[:2], said[2:]
    answer = [" ".join(lead), *([" ".join(rest)] if rest else [])]
    return introduce_project(project, question="implementation.question", answer=answer, lang=lang)


def explain_cycles(project: Project, *, lang: Language) -> list[Block]:
    """Show the cycles over time, then each question with the decision it led to and why.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    cycles = project.tables["cycles"]
    if cycles.empty:
        return []
    decisions = vocabulary_words("decision", lang)
    asked = cycles[cycles.phase == "plan"].set_index("cycle")
    decided = cycles[cycles.phase == "reflect"].set_index("cycle")
    rows = []
    for cycle in sorted(cycles.cycle.unique()):
        question, decision, reason = (
            frame[column].get(cycle, pd.NA)
            for frame, column in (
                (asked, f"question_{lang.code}"),
                (decided, "decision"),
                (decided, f"reason_{lang.code}"),
            )
        )
        known = decisions.get(decision, lang("implementation.undecided"))
        rows.append((lang.number(cycle), write_words(question), known, write_words(reason)))
    header = _header(("cycle", "question", "decision", "reason"), lang)
    table = words_table(
        lang("implementation.cycles.caption"), header, rows, project=project, lang=lang
    )
    figure = plot_cycles(cycles, **figure_facts(project, lang))
    return [Heading(lang("implementation.cycles.title")), figure, table]


def explain_logbook(project: Project, *, lang: Language) -> list[Block]:
    """Count the entries of each kind, and quote those that are public.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    logbook = project.tables["logbook"]
    if logbook.empty:
        return []
    public = public_entries(project).sort_values(["date", "entry"])
    blocks: list[Block] = [
        Heading(lang("implementation.logbook.title")),
        _count_entries(project, lang),
    ]
    hidden = len(logbook) - len(public)
    if hidden:
        blocks.append(Callout("suppressed", lang.plural("implementation.hidden", hidden), lang))
    found = split_by_language(public, lang.code)
    return [*blocks, *(_quotes(entries, how, project, lang) for how, entries in found.items())]


def explain_theory(project: Project, *, lang: Language) -> list[Block]:
    """Draw the theory of change with the state of its assumptions, and its evidence.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    nodes, links = project.tables["theory_nodes"], project.tables["theory_links"]
    if nodes.empty or links.empty:
        return []
    states, labels = vocabulary_words("assumption_status", lang), nodes.set_index("node")
    order = list(states)
    sorted_links = links.sort_values("status", key=lambda s: s.map(order.index), kind="stable")
    rows = tuple(
        (
            f"{labels.loc[row['from'], f'label_{lang.code}']} → "
            f"{labels.loc[row['to'], f'label_{lang.code}']}",
            write_words(row[f"mechanism_{lang.code}"]),
            write_words(row[f"assumption_{lang.code}"]),
            states[row["status"]],
        )
        for row in sorted_links.to_dict("records")
    )
    header = _header(("link", "mechanism", "assumption", "state"), lang)
    figure = plot_theory_of_change(nodes, links, **figure_facts(project, lang))
    claims = tabulate_claims(project, "node", lang=lang)
    return [
        Heading(lang("implementation.theory.title")),
        figure,
        words_table(
            lang("implementation.theory.caption"), header, rows, project=project, lang=lang
        ),
        *([claims] if claims else []),
    ]


def explain_reintegration(project: Project, *, lang: Language) -> list[Block]:
    """Say how far the innovation has gone back into ordinary life, and what speaks for it.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    states = vocabulary_words("reintegration", lang)
    state = lang("implementation.reintegration", state=states[project.facts.reintegration])
    blocks: list[Block] = [Heading(lang("implementation.reintegration.title")), Paragraph(state)]
    latest = latest_versions(project.tables["artefacts"])
    if latest.empty:
        return blocks
    counts = latest.adoption.value_counts()
    listed = [
        lang("implementation.state_count", state=word, n=lang.number(int(counts[code])))
        for code, word in states.items()
        if counts.get(code, 0)
    ]
    return [*blocks, Paragraph(lang("implementation.adoption", counts=lang.join(listed)))]


def _count_entries(project: Project, lang: Language) -> Table:
    logbook = project.tables["logbook"]
    counted = pd.DataFrame(
        {
            "entries": 1,
            "public": logbook.entry.isin(public_entries(project).entry).astype(int),
            "lessons": logbook.lesson.notna().astype(int),
        }
    )
    kinds = vocabulary_words("entry_kind", lang)
    sums = counted.groupby(logbook.kind).sum().reindex(list(kinds), fill_value=0)
    return Table(
        caption=lang("implementation.logbook.counts"),
        header=_header(("kind", *sums.columns), lang),
        rows=tuple(
            (kinds[kind].capitalize(), *(lang.number(int(n)) for n in row))
            for kind, row in sums.iterrows()
        ),
        simulated=project.facts.simulated,
        lang=lang,
    )


def _quotes(entries: pd.DataFrame, how: str, project: Project, lang: Language) -> Table:
    kinds = vocabulary_words("entry_kind", lang)
    rows = [
        (
            write_date(row.date, lang),
            lang.number(row.cycle),
            kinds[row.kind],
            row.text,
            write_words(row.lesson),
        )
        for row in entries.itertuples()
    ]
    header = _header(("date", "cycle", "kind", "text", "lesson"), lang)
    written = "" if how == "translated" else how
    langs = ("", "", "", written, written)
    return words_table(
        lang(f"implementation.quotes.{how}.caption"),
        header,
        rows,
        project=project,
        lang=lang,
        langs=langs,
    )


def _header(columns: tuple[str, ...], lang: Language) -> tuple[str, ...]:
    return tuple(lang(f"implementation.column.{name}") for name in columns)


def _of_cycles(project: Project, lang: Language) -> list[str]:
    cycles = project.tables["cycles"]
    if cycles.empty:
        return []
    words = vocabulary_words("decision", lang)
    decided = cycles[cycles.decision.notna()].sort_values("cycle").decision
    said = " → ".join(words[code] for code in decided) or lang("cycles.none")
    return [lang.plural("implementation.cycles", cycles.cycle.nunique(), decisions=said)]


def _of_sites(project: Project, lang: Language) -> list[str]:
    """Say how many sites there are, and when they opened."""
    sites = treated_sites(project)
    if sites.empty:
        return []
    first, last = (
        lang.date(day.date()) for day in (sites.adopted_on.min(), sites.adopted_on.max())
    )
    if first == last:
        return [lang.plural("implementation.sites.once", len(sites), first=first)]
    return [lang.plural("implementation.sites", len(sites), first=first, last=last)]


def _of_failures(project: Project, lang: Language) -> list[str]:
    logbook = project.tables["logbook"]
    if logbook.empty:
        return []
    failures = logbook[logbook.kind == "erreur"]
    learnt = lang.number(int(failures.lesson.notna().sum()))
    return [lang.plural("implementation.failures", len(failures), learnt=learnt)]


def _of_money(project: Project, lang: Language) -> list[str]:
    costs = project.tables["costs"]
    sums = costs.groupby("plan").amount.sum(min_count=1)
    planned, actual = (sums.get(plan, pd.NA) for plan in ("planned", "actual"))
    if pd.isna(planned) or pd.isna(actual) or not planned:
        return []
    amounts = {
        name: lang.quantity(value, "eur")
        for name, value in (("planned", planned), ("actual", actual))
    }
    change = lang.percent(actual / planned - 1, 0, sign=True)
    return [lang("implementation.money", change=change, **amounts)]


def _of_artefacts(project: Project, lang: Language) -> list[str]:
    latest = latest_versions(project.tables["artefacts"])
    if latest.empty:
        return []
    adopted = lang.number(int(latest.adoption.isin(ADOPTED).sum()))
    return [lang.plural("implementation.artefacts", len(latest), adopted=adopted)]


def _of_assumptions(project: Project, lang: Language) -> list[str]:
    states = project.tables["theory_links"].status
    if states.empty:
        return []
    counts = {name: lang.number(int((states == name).sum())) for name in ("held", "failed")}
    return [lang.plural("implementation.assumptions", len(states), **counts)]
