"""Change one thing at a time in the judge or in the claim language: does a test notice?

    python tests/mutants.py checker/judge.py checker/language/*.py
    python tests/mutants.py checker/judge.py --show         # only list the mutants
    python tests/mutants.py checker/judge.py --only 17 18   # try these again

Prints what survives; MUTANTS.md says of each survivor why.  Nothing on the disk is changed: a
child process imports the changed module and runs the tests.  Needs fork, so Linux or macOS.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import inspect
import os
import resource
import signal
import sys
from collections import Counter
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CANARIES = ["tests/test_canaries.py"]
LANGUAGE = ["tests/test_language.py", "tests/test_tolerance.py", "tests/test_shapes.py"]
SLOW = "not turned_round and not any_text and not any_expression and not fair_coins"
OPTIONS = ["-x", "--assert=plain", "-o", "addopts=", "-k", SLOW]
OPTIONS += ["-p", "no:cacheprovider", "-p", "no:terminal"]
SECONDS, BYTES = 60, 3 * 2**30

NEGATED = {
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Lt: ast.GtE, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.GtE: ast.Lt,
}  # fmt: skip
NEIGHBOUR = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OTHER = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}  # fmt: skip
CALLED = {"any": "all", "min": "max", "minimum": "maximum"}
CALLED |= {value: key for key, value in CALLED.items()}


def words(tree):
    """Nodes that are left alone: annotations, docstrings, and the texts of messages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield from ast.walk(node.annotation)
        if isinstance(node, ast.FunctionDef) and node.returns:
            yield from ast.walk(node.returns)
        if isinstance(node, ast.Raise | ast.JoinedStr):
            yield from [part for part in ast.walk(node) if part is not node]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from (node, node.value)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            yield from ast.walk(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node


def changes(node, parent):
    """What may stand in place of one node."""
    if isinstance(node, ast.Compare):
        for place, operation in enumerate(node.ops):
            for table in (NEGATED, NEIGHBOUR):
                if type(operation) in table:
                    other = copy.deepcopy(node)
                    other.ops[place] = table[type(operation)]()
                    yield other
    elif isinstance(node, ast.BoolOp):
        other = copy.deepcopy(node)
        other.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield other
        for place in range(len(node.values)):
            other = copy.deepcopy(node)
            del other.values[place]
            yield other if len(other.values) > 1 else other.values[0]
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in OTHER:
        other = copy.deepcopy(node)
        other.op = OTHER[type(node.op)]()
        yield other
        if isinstance(node.op, ast.BitOr):  # isinstance(x, int | float)
            yield from (node.left, node.right)
    elif isinstance(node, ast.Constant):
        yield from constants(node)
    elif isinstance(node, ast.Name | ast.Attribute) and isinstance(parent, ast.Call):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if node is parent.func and name in CALLED:
            other = copy.deepcopy(node)
            setattr(other, "id" if isinstance(node, ast.Name) else "attr", CALLED[name])
            yield other
    elif isinstance(node, ast.Return) and node.value and not nothing(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Raise | ast.Continue | ast.AugAssign | ast.Expr):
        yield ast.Pass()
    bare = isinstance(node, ast.Name | ast.Attribute | ast.Call)
    if bare and (node is getattr(parent, "test", None) or node in getattr(parent, "ifs", ())):
        yield ast.UnaryOp(ast.Not(), node)


def constants(node):
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
        if value > 1:
            yield ast.Constant(value - 1)
    elif isinstance(value, str):
        yield ast.Constant(f"{value}x")


def nothing(node):
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def mutants(source):
    """Each mutant: its line, the change, whether it is in a function, and what makes its code."""
    tree = ast.parse(source)
    left_alone = {id(node) for node in words(tree)}
    places = []
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
              for statement in node.body for part in ast.walk(statement)}  # fmt: skip
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            for place, node in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(node, ast.AST) and id(node) not in left_alone:
                    places.append((parent, field, place if isinstance(value, list) else None, node))
    places.sort(key=lambda p: (getattr(p[3], "lineno", 0), getattr(p[3], "col_offset", 0)))
    for parent, field, place, node in places:
        for other in changes(node, parent):
            before, after = ast.unparse(node), ast.unparse(ast.fix_missing_locations(other))
            ast.fix_missing_locations(ast.copy_location(other, node))
            code = partial(compiled, tree, (parent, field, place), node, other)
            yield node.lineno, f"{before}  →  {after}", id(node) in inside, code


def compiled(tree, where, node, other):
    put(*where, other)
    code = compile(tree, "a mutant", "exec")
    put(*where, node)
    return code


def put(parent, field, place, node):
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from changed code."""

    def __init__(self, name, code):
        self.name, self.code = name, code

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        package = importlib.util.find_spec(name.rpartition(".")[0])
        file = Path(package.submodule_search_locations[0]) / f"{name.rpartition('.')[2]}.py"
        return importlib.util.spec_from_file_location(name, file, loader=self)

    def exec_module(self, module):
        exec(self.code, module.__dict__)


def exchange(name, code):
    """Give every function of an imported module the body that it has in the changed code."""
    registry = sys.modules["checker.language.functions.registry"].FUNCTIONS
    module, new, registered = sys.modules[name], {"__name__": name}, dict(registry)
    exec(code, new)
    registry.update(registered)  # executing it again has registered its functions again
    bodies(vars(module), new)


def bodies(old, new):
    for key, value in list(old.items()):
        other = new.get(key)
        if isinstance(value, property):
            value, other = value.fget, getattr(other, "fget", None)
        value, other = getattr(value, "__wrapped__", value), getattr(other, "__wrapped__", other)
        value, other = getattr(value, "__func__", value), getattr(other, "__func__", other)
        if getattr(value, "__module__", "") != old.get("__name__", old.get("__module__")):
            continue
        if isinstance(value, type):
            bodies(vars(value), vars(other))
        elif inspect.isfunction(value) and other.__code__.co_filename == "a mutant":
            value.__code__ = other.__code__


def warm():
    """What no mutant of the judge changes is worked out once: trials, and what the files say."""
    from test_canaries import _remembering

    from checker import schedule, trying
    from checker.commands import check

    del sys.modules["test_canaries"]  # pytest imports it in a way of its own
    schedule.FEW = 10**6  # no other process: it would import the judge unchanged
    check.measure = tuple
    check.cache_of = lambda folder: None
    check.load, check.lint = _remembering(check.load), lambda base: []
    for name in ("reference_trial", "altered_trial", "control_trial"):
        setattr(trying, name, _remembering(getattr(trying, name)))


def child(work):
    """What happens in a child process: "killed", "survived" or "too slow"."""
    pid = os.fork()
    if not pid:
        code = 2
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            code = int(work())
        finally:
            os._exit(code)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        return "too slow" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "killed"
    return "killed" if os.WEXITSTATUS(status) else "survived"


class Loop:
    """Tries mutants that change the body of a function, where pytest would run the tests."""

    def __init__(self, tasks, tell, judge):
        self.tasks, self.tell, self.judge = tasks, tell, judge

    def pytest_runtestloop(self, session):
        from _pytest.main import pytest_runtestloop as run

        def work(name="", make=None):
            if make is not None:
                exchange(name, make())
            try:
                run(session)
            except session.Failed:
                return 1
            return session.testsfailed

        if self.judge:
            work()  # fills the memory
        if child(work) != "survived":
            sys.exit("the tests fail as it is")
        for name, make, *said in self.tasks:
            self.tell(*said, child(partial(work, name, make)))
        return True


def say(text):
    sys.stdout.write(f"{text.rstrip()}\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true", help="only list the mutants")
    parser.add_argument("--only", nargs="+", type=int, help="numbers of mutants of one file")
    parser.add_argument("--tests", nargs="+", help="other tests than the usual ones")
    options = parser.parse_args()
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    for file in options.files:
        tried(file, options)


def tried(file, options):
    name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
    judge = name == "checker.judge"
    own = f"tests/test_{file.stem}.py"
    selection = options.tests or (CANARIES if judge else sorted(LANGUAGE, key=own.__ne__))
    counts = Counter()

    def tell(number, line, change, outcome):
        counts[outcome] += 1
        if outcome != "killed":
            say(f"{file}:{line} [{number}] {change} {outcome}")

    fast, slow = [], []
    for number, (line, change, inside, make) in enumerate(mutants(file.read_text("utf-8"))):
        if options.only is None or number in options.only:
            inside = inside and file.name != "registry.py"  # what is in it runs at imports
            (fast if inside else slow).append((name, make, number, line, change))
    if options.show:
        for _, _, *said in sorted(fast + slow, key=lambda task: task[2]):
            tell(*said, "")
        return

    import pytest

    if not os.fork():  # leaves this process without the modules that the slow ones import changed
        if judge:
            warm()
        pytest.main([*selection, *OPTIONS], plugins=[Loop(fast, tell, judge)])
        say(f"{file}, in functions: {dict(counts)}")
        os._exit(0)
    os.wait()
    counts.clear()
    for name, make, *said in slow:
        tell(*said, child(partial(imported, name, make, judge, selection)))
    say(f"{file}, elsewhere: {dict(counts)}")


def imported(name, make, judge, selection):
    import pytest

    sys.meta_path.insert(0, Instead(name, make()))
    if judge:
        warm()
    return pytest.main([*selection, *OPTIONS])


if __name__ == "__main__":
    main()
