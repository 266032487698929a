"""What was planned beside what was done: expenses, time, and the sites one by one."""

from typing import Literal

import pandas as pd

from toolkit.records.portfolio import Project

PLANS = ("planned", "actual")


def planned_and_actual(project: Project, by: Literal["category", "year"]) -> pd.DataFrame:
    """Return the expenses and the days, planned and actual, by category or by year.

    Returns
    -------
    DataFrame
        Indexed by category or year, in order: amount_planned, amount_actual (euros), days_planned,
        days_actual (person-days); missing where no line of that kind says one. Days whose amount
        is not written are in no amount.
    """
    costs = project.tables["costs"]
    group = costs.category if by == "category" else costs.date.dt.year
    lines = costs.assign(group=group, days=costs.person_days)
    sums = lines.groupby(["group", "plan"])[["amount", "days"]].sum(min_count=1).unstack("plan")
    columns = [(measure, plan) for measure in ("amount", "days") for plan in PLANS]
    wide = sums.reindex(columns=pd.MultiIndex.from_tuples(columns))
    wide.columns = [f"{measure}_{plan}" for measure, plan in columns]
    return wide.astype("Float64").rename_axis(by)


def treated_sites(project: Project) -> pd.DataFrame:
    """Return the sites that received the innovation, first adopted first.

    Returns
    -------
    DataFrame
        Columns territory, adopted_on, dose (share covered), signed_off_on, ended_on (the end of the
        project where the site has none of its own), and signed_before (bool): the site's actors had
        agreed by the day users were first served.
    """
    sites = project.tables["deployments"]
    sites = sites[sites.role == "treated"].sort_values(["adopted_on", "territory"])
    columns = ["territory", "adopted_on", "dose", "signed_off_on", "ended_on"]
    before = (sites.signed_off_on <= sites.adopted_on).to_numpy()
    ended = sites.ended_on.fillna(pd.Timestamp(project.facts.ended_on))
    return sites[columns].assign(ended_on=ended, signed_before=before).reset_index(drop=True)
