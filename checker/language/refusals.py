"""What people write in an expression that is not in the claim language, and our words for it."""

SPELLINGS = {
    "×": "*",
    "·": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "²": "**2",
    "³": "**3",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}
"""A character that formulas and word processors put in → what to type."""

HABITS = {
    r"&&": "say and",
    r"\|\|": "say or",
    r"!(?!=)": "say not",
    r"(?<![=!<>])=(?!=)": "compare with ==",
}
"""A pattern of what other languages write → what to write here."""

NOT_HERE = {
    "ListComp": "a comprehension",
    "GeneratorExp": "a comprehension",
    "DictComp": "a comprehension",
    "SetComp": "a comprehension",
    "Lambda": "a function definition",
    "NamedExpr": "an assignment",
    "Dict": "a dictionary",
    "Set": "a set",
    "JoinedStr": "an f-string",
    "TemplateStr": "a t-string",
    "Starred": "a star",
    "Await": "await",
    "Yield": "yield",
    "YieldFrom": "yield",
    "In": "in",
    "NotIn": "not in",
    "Is": "is",
    "IsNot": "is not",
    "Invert": "~ (say not)",
    "BitAnd": "& (say and)",
    "BitOr": "| (say or)",
    "BitXor": "^ (say ** for a power)",
    "LShift": "<<",
    "RShift": ">>",
    "NoneType": "None",
    "bytes": "a text of bytes",
    "complex": "a complex number",
    "ellipsis": "...",
}
"""The name of a kind of node or constant in Python → what people call it."""
