"""Python source as HTML, its words told apart by colour, weight and slant."""

import io
import keyword
import tokenize
from html import escape

_KINDS = {
    tokenize.COMMENT: "comment",
    tokenize.STRING: "string",
    tokenize.NUMBER: "literal",
}


def highlight(source: str) -> str:
    r"""Return Python source as HTML text with a span around each word that has a kind.

    What is no Python (a line of IPython magic) comes back as plain text, escaped all the same.

    Examples
    --------
    >>> highlight("x > 1  # <why>")
    'x &gt; <span class="literal">1</span>  <span class="comment"># &lt;why&gt;</span>'
    >>> highlight("%matplotlib inline <b>")
    '%matplotlib inline &lt;b&gt;'
    """
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    pieces, done = [], 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            kind = _kind(token)
            if kind:
                first = starts[token.start[0] - 1] + token.start[1]
                last = starts[token.end[0] - 1] + token.end[1]
                word = f'<span class="{kind}">{escape(source[first:last])}</span>'
                pieces += [escape(source[done:first]), word]
                done = last
    except (tokenize.TokenError, SyntaxError):
        return escape(source)
    return "".join([*pieces, escape(source[done:])])


def _kind(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "keyword"
    return _KINDS.get(token.type, "")
