"""Code is shown as it is, its words told apart, and nothing in it becomes live."""

import re
from html import unescape

from hypothesis import example, given
from hypothesis import strategies as st

from toolkit.sharing.code import highlight


@given(st.text())
@example('def f():\n    return """<b>"""  # so\r\nx = 1.5e3')
@example("\ufeffx = 'é' + \x0c y")
def test_highlighting_changes_no_character(source):
    bare = re.sub(r'<span class="\w+">|</span>', "", highlight(source))
    assert "<" not in bare
    assert unescape(bare) == unescape(unescape(source)) or unescape(bare) == source


def test_each_kind_of_word_has_its_class():
    html = highlight("for x in ['a', 2]:  # why\n    pass")
    assert '<span class="keyword">for</span>' in html
    assert '<span class="string">&#x27;a&#x27;</span>' in html
    assert '<span class="literal">2</span>' in html
    assert '<span class="comment"># why</span>' in html
