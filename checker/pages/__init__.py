"""Results to pages: pure functions from the content of ``results.json`` to Markdown.

Only :mod:`checker.pages.write` touches files, and only :mod:`checker.pages.hook` runs claims.
"""
