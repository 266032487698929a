"""The timeline shows phases and decisions, running ones included."""

import pandas as pd

from toolkit.display.cycles import plot_cycles
from toolkit.i18n import language

EN, FR = language("en"), language("fr")
CYCLES = pd.DataFrame(
    {
        "cycle": [1, 1, 1, 1, 2],
        "phase": ["plan", "act", "observe", "reflect", "plan"],
        "started_on": ["2015-01-05", "2015-03-02", "2015-06-01", "2015-07-06", "2015-09-01"],
        "ended_on": ["2015-02-27", "2015-05-29", "2015-07-03", "2015-07-31", None],
        "question_fr": ["Pourquoi ?", None, None, None, None],
        "question_en": ["Why?", None, None, None, None],
        "decision": [None, None, None, "adapt", None],
    }
)


def test_title_decisions_and_running_phase():
    figure = plot_cycles(CYCLES, lang=EN)
    assert figure.title == "2 cycles: adapt"
    assert "Decisions: cycle 1, adapt." in figure.alt
    assert "Arrowhead: the phase is running." in figure.note
    assert figure.table.rows[3] == ("1", "reflect", "6 July 2015", "31 July 2015", "adapt")
    assert figure.table.rows[4][3] == "running"


def test_questions_stand_above_their_cycle():
    svg = plot_cycles(CYCLES, lang=FR).svg.decode()
    assert "<!-- Cycle 1 – Pourquoi ? -->" in svg
    assert "<!-- Cycle 2 -->" in svg
    assert "<!-- → adapter -->" in svg


def test_today_stretches_the_running_phase():
    one = plot_cycles(CYCLES, lang=EN)
    later = plot_cycles(CYCLES, today=pd.Timestamp("2016-06-01"), lang=EN)
    assert one.svg != later.svg
    assert plot_cycles(CYCLES, today=pd.Timestamp("2010-01-01"), lang=EN).svg == one.svg


def test_a_single_day_and_no_decision():
    day = CYCLES.iloc[:1].assign(ended_on="2015-01-05")
    assert plot_cycles(day, lang=EN).title == "1 cycle: none"
