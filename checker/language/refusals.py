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
    r"=>": "write >=",
    r"=<": "write <=",
    r"&&": "say and",
    r"\|\|": "say or",
    r"!(?!=)": "say not",
    r"(?<![=!<>])=(?!=)": "compare with ==",
}
"""A pattern of what other languages write → what to write here."""

ELSEWHERE_CALLED = {
    "round": "there is no rounding: compare with close(…)",
    "floor": "there is no rounding: // divides whole numbers",
    "ceil": "there is no rounding: // divides whole numbers",
    "int": "there is no rounding: // divides whole numbers",
    "len": "say count(…), or a size such as outputs.timesteps",
    "size": "say count(…), or a size such as outputs.timesteps",
    "shape": "say outputs.shape, or a size such as outputs.timesteps",
    "range": "enumerate with at: {step: 0..2}, or look at all entries with all(…)",
    "where": "say a if condition else b",
    "equal": "say close(…)",
    "sqrt": "write x ** 0.5",
    "transpose": "say swapped(…)",
    "concat": "say join(…)",
    "concatenate": "say join(…)",
    "dot": "write a @ b",
    "matmul": "write a @ b",
    **dict.fromkeys(("argmax", "argmin", "cumsum", "inv", "softmax", "trace"), ""),
}
"""A function of Python or of mathematics → what to say here.

Where that is empty all functions are listed: the nearest name would be another thing altogether.
"""

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
