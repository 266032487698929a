"""How results are shown: blocks (headings, sentences, tables, figures) and what draws them."""
