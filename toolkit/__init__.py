"""Evaluate public-service innovation projects on territories, in French and English.

The names a notebook uses, loaded when first used, so that ``import toolkit`` costs nothing:

>>> import toolkit
>>> toolkit.load_territory("DEP-23").name
'Creuse'

Step by step; ``toolkit.<Tab>`` lists every name, and ``toolkit.load_panel?`` explains one:

ask
    ask_parameters
load
    find_territories, load_territory, members, neighbours, parents, load_population,
    load_project, load_projects, load_panel, load_vocabulary
describe
    describe_populations, growth_of, similar_territories, describe_criteria, measure_qualities,
    describe_series, characterise
design
    choose_comparison, minimum_detectable_effect, draft_study, plan_study, new_study,
    load_protocol
estimate
    difference_in_differences, event_study, staggered, synthetic_control, synthetic_did,
    interrupted_series, rate_ratio, meta_analysis, cost_effectiveness
check
    anticipation, placebo_in_time, placebo_in_space, leave_one_out, spillover, sensitivity,
    honest_trends, specification_curve, romano_wolf
study
    run_study, contribution
show
    show, language, Masthead, Heading, Paragraph, Table, Figure, Callout
make many
    plan_batch, forecast, run_batch
"""

from importlib import import_module

_HOME = {
    "toolkit.i18n": ["language"],
    "toolkit.errors": ["ToolkitError", "UnknownTerritoryError"],
    "toolkit.lab.form": ["ask_parameters"],
    "toolkit.records.territories": [
        "Territory",
        "find_territories",
        "larger",
        "load_territories",
        "load_territory",
        "members",
        "neighbours",
        "parents",
    ],
    "toolkit.records.slices": ["hold_tables"],
    "toolkit.records.population": [
        "describe_neighbours",
        "describe_populations",
        "describe_within",
        "growth_of",
        "load_population",
        "load_populations",
    ],
    "toolkit.records.sites": [
        "nearest_sites",
        "roles_of",
        "sites_among",
        "sites_in",
        "unreadable_projects",
    ],
    "toolkit.records.similarity": ["load_covariates", "similar_territories"],
    "toolkit.records.portfolio": ["Project", "load_panel", "load_project", "load_projects"],
    "toolkit.records.vocabulary": ["load_vocabulary"],
    "toolkit.records.contours": ["load_contours"],
    "toolkit.records.sources": ["table_sources"],
    "toolkit.records.studies": ["study_sources"],
    "toolkit.records.places": ["list_places"],
    "toolkit.records.ecosystem": ["load_ecosystem_actions"],
    "toolkit.runs.plan": ["plan_batch"],
    "toolkit.runs.batch": ["run_batch"],
    "toolkit.runs.forecast": ["forecast"],
    "toolkit.designs.did": ["difference_in_differences"],
    "toolkit.designs.event_study": ["event_study"],
    "toolkit.designs.staggered": ["staggered", "staggered_effect"],
    "toolkit.designs.bacon": ["goodman_bacon"],
    "toolkit.designs.honest_trends": ["honest_trends"],
    "toolkit.designs.pretrends": ["pretrend_power", "pretrend_test"],
    "toolkit.designs.wild_bootstrap": ["wild_cluster_bootstrap"],
    "toolkit.designs.comparison": ["choose_comparison"],
    "toolkit.designs.multiple_outcomes": ["romano_wolf"],
    "toolkit.designs.leave_one_out": ["leave_one_out"],
    "toolkit.designs.meta_analysis": ["leave_one_study_out", "meta_analysis"],
    "toolkit.designs.study_effects": ["studies_from"],
    "toolkit.designs.subgroups": ["subgroups"],
    "toolkit.designs.cost": ["full_cost"],
    "toolkit.designs.cost_per_case": ["cost_per_case"],
    "toolkit.designs.cost_effectiveness": ["cost_effectiveness"],
    "toolkit.designs.cost_effectiveness_by_territory": ["cost_effectiveness_by_territory"],
    "toolkit.designs.specification_curve": ["Specification", "specification_curve"],
    "toolkit.designs.synthetic_control": ["Predictor", "synthetic_control"],
    "toolkit.designs.synthetic_checks": [
        "leave_one_donor_out",
        "synthetic_fit",
        "synthetic_placebo_in_space",
    ],
    "toolkit.designs.power": ["minimum_detectable_effect"],
    "toolkit.designs.ratings": ["rating_matrix"],
    "toolkit.designs.agreement": [
        "alpha_between",
        "cohen_kappa",
        "fleiss_kappa",
        "krippendorff_alpha",
    ],
    "toolkit.designs.intraclass": ["intraclass_correlation"],
    "toolkit.designs.agreement_groups": ["agreement_by"],
    "toolkit.designs.characterisation": ["characterise"],
    "toolkit.designs.ranking": ["rank_projects"],
    "toolkit.designs.checks": [
        "anticipation",
        "placebo_in_time",
        "spillover",
    ],
    "toolkit.designs.placebo_in_space": ["placebo_in_space"],
    "toolkit.designs.sensitivity": ["sensitivity"],
    "toolkit.designs.synthetic_did": ["synthetic_did"],
    "toolkit.designs.counts": ["rate_ratio"],
    "toolkit.designs.censoring": ["bound_estimate"],
    "toolkit.designs.interrupted_series": ["interrupted_series"],
    "toolkit.display.blocks": [
        "Callout",
        "Figure",
        "Heading",
        "Masthead",
        "Paragraph",
        "Table",
        "show",
    ],
    "toolkit.display.artefacts": ["explain_artefacts"],
    "toolkit.display.balance": ["plot_balance", "tabulate_balance"],
    "toolkit.display.choropleth": ["plot_choropleth"],
    "toolkit.display.cost_effectiveness": ["plot_cost_effectiveness"],
    "toolkit.display.coverage": ["plot_coverage"],
    "toolkit.display.criteria": ["compare_sides", "explain_criteria", "introduce_criteria"],
    "toolkit.display.cycles": ["plot_cycles"],
    "toolkit.display.data_quality": [
        "explain_provenance",
        "explain_series",
        "explain_tables",
        "introduce_data",
    ],
    "toolkit.display.design_map": ["plot_design_map"],
    "toolkit.display.event_study": ["plot_event_study"],
    "toolkit.display.fidelity": ["explain_costs", "explain_sites"],
    "toolkit.display.forest": ["plot_forest"],
    "toolkit.display.headlines": ["plot_local_series", "say_no_series", "tabulate_headlines"],
    "toolkit.display.implementation": [
        "explain_cycles",
        "explain_logbook",
        "explain_reintegration",
        "explain_theory",
        "introduce_implementation",
    ],
    "toolkit.display.interrupted_series": ["plot_interrupted_series"],
    "toolkit.display.maps": ["plot_location"],
    "toolkit.display.participation": ["explain_participation"],
    "toolkit.display.permutations": ["plot_permutations"],
    "toolkit.display.population": [
        "plot_population",
        "tabulate_growth",
        "tabulate_places",
        "tabulate_population",
        "tabulate_similar",
    ],
    "toolkit.display.programme": ["place_project"],
    "toolkit.display.projects": ["project_source", "territory_names"],
    "toolkit.display.qualities": ["tabulate_qualities"],
    "toolkit.display.ratings": ["plot_ratings"],
    "toolkit.display.results": ["tabulate_cells", "tabulate_checks", "tabulate_estimates"],
    "toolkit.display.sentences": [
        "cautions_on_growth",
        "describe_growth",
        "describe_members",
        "describe_place",
        "explain_similar",
    ],
    "toolkit.display.sites": [
        "count_projects",
        "link_projects",
        "name_unreadable",
        "tabulate_nearest",
        "tabulate_similar_sites",
        "tabulate_sites",
    ],
    "toolkit.display.specifications": ["plot_specification_curve"],
    "toolkit.study.criteria": ["describe_criteria"],
    "toolkit.study.data_quality": ["describe_series"],
    "toolkit.study.findings": [
        "load_finding",
        "load_findings",
        "projects_without_study",
        "tabulate_findings",
    ],
    "toolkit.study.portfolio": ["load_portfolio", "run_studies"],
    "toolkit.study.portfolio_criteria": ["compare_criteria"],
    "toolkit.study.portfolio_effects": ["pool_effects", "scale_effects"],
    "toolkit.study.portfolio_gaps": ["measure_reach"],
    "toolkit.study.portfolio_lessons": ["public_lessons"],
    "toolkit.study.qualities": ["measure_qualities"],
    "toolkit.study.headlines": ["headlines_of", "local_series", "record_of"],
    "toolkit.study.analyse": ["run_study"],
    "toolkit.study.contribution": ["contribution"],
    "toolkit.study.draft": ["draft_study", "plan_study"],
    "toolkit.study.protocol": ["load_protocol"],
    "toolkit.study.write": ["new_study"],
    "toolkit.study.reading": ["load_reading", "read_own_words"],
    "toolkit.display.summary": ["place_on_nesta", "summarise_study"],
    "toolkit.display.portrait": [
        "describe_intervention",
        "describe_positions",
        "describe_stake",
        "portray_territories",
    ],
    "toolkit.display.validity": ["tabulate_validity"],
    "toolkit.display.contribution": [
        "integrate_evidence",
        "tell_contribution",
        "warn_of_doubts",
    ],
    "toolkit.display.judgements": [
        "describe_transfer",
        "judge",
        "show_own_words",
        "state_limits",
        "state_reproducibility",
    ],
    "toolkit.display.amendments": ["list_amendments"],
    "toolkit.display.portfolio": ["introduce_portfolio", "show_findings", "show_grades"],
    "toolkit.display.portfolio_criteria": ["compare_on_criteria"],
    "toolkit.display.portfolio_effects": ["compare_effects"],
    "toolkit.display.portfolio_gaps": ["show_gaps"],
    "toolkit.display.portfolio_judgements": ["compare_judgements"],
    "toolkit.display.portfolio_lessons": ["tell_lessons"],
    "toolkit.display.portfolio_costs": ["show_costs"],
    "toolkit.display.portfolio_sites": ["show_sites"],
    "toolkit.display.portfolio_programme": [
        "show_ecosystem",
        "show_opsi",
        "show_participation",
        "show_publics",
    ],
    "toolkit.display.robustness": ["show_robustness"],
    "toolkit.display.study_design": [
        "introduce_plan",
        "show_comparison",
        "show_draft",
        "show_power",
    ],
    "toolkit.display.studies": [
        "compare_with_truth",
        "explain_study",
        "in_language",
        "introduce_study",
        "plot_study",
        "show_checks",
        "tabulate_protocol",
    ],
    "toolkit.display.synthetic": [
        "plot_synthetic_gaps",
        "plot_synthetic_paths",
        "tabulate_weights",
    ],
    "toolkit.display.theory": ["plot_theory_of_change"],
    "toolkit.display.trends": ["plot_trends"],
    "toolkit.display.unwritten": ["list_unwritten"],
    "toolkit.display.sources": ["attribution", "tabulate_sources"],
    "toolkit.sharing.opsi_blocks": ["introduce_case", "show_case"],
    "toolkit.sharing.opsi_case": ["describe_case"],
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted(_MODULE)


def __getattr__(name: str):
    if name not in _MODULE:
        raise AttributeError(f"module 'toolkit' has no attribute '{name}'")
    return getattr(import_module(_MODULE[name]), name)


def __dir__() -> list[str]:
    return __all__
