"""The five validities, a row each."""

from toolkit.display.validity import tabulate_validity
from toolkit.i18n import language

EN = language("en")


def test_the_five_stand_in_order(told):
    _, table = tabulate_validity(told[0], told[1], lang=EN)
    kinds = [row[0].partition(":")[0] for row in table.rows]
    assert kinds == ["Outcome", "Process", "Democratic", "Catalytic", "Dialogic"]
    assert table.rows[0][1] == "The study does not say whether the problem is resolved."
