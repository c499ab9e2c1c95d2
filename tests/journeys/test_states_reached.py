"""Every state that the window can draw is drawn in a journey that fails without it, with no exception."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from kiosk.ui.view import OperatorStateId, StateId

FILES: Final = ("test_screen*.py", "test_operator.py", "test_operator_*.py", "../factories/counter.py")


def test_every_state_is_reached_by_a_journey() -> None:
    folder = Path(__file__).parent
    trees = [ast.parse(file.read_text(encoding="utf-8")) for pattern in FILES for file in folder.glob(pattern)]
    reached = {state for tree in trees for state in states_that_must_come(tree)}
    known = {*get_args(StateId), *get_args(OperatorStateId)}
    assert known - reached == set()


def states_that_must_come(tree: ast.Module) -> Iterator[str]:
    """What `until` waits for alone, or as a column of the test's parameters, and what must have been drawn."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        columns = dict(parameters_of(function))
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr == "drawn" or (call.func.attr == "until" and len(call.args) == 1):
                for argument in call.args:
                    match argument:
                        case ast.Constant(value=str(state)):
                            yield state
                        case ast.Name(id=name):
                            yield from columns.get(name, ())


def parameters_of(function: ast.FunctionDef) -> Iterator[tuple[str, list[str]]]:
    """The texts that each parameter of a parametrized test takes."""
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=[names, ast.List(elts=rows)]):
                for number, name in enumerate(ast.literal_eval(names)):
                    cells = [row.elts[number] for row in rows if isinstance(row, ast.Tuple)]
                    yield name, [each.value for each in cells if isinstance(each, ast.Constant)]


def test_state_that_may_come_or_not_is_not_counted() -> None:
    tree = ast.parse('''
@pytest.mark.parametrize(("change", "state"), [(a, "one"), (b, "two")])
def test(kiosk, state):
    """three"""
    kiosk.until(state)
    kiosk.until("four", "five")
    kiosk.until("six")
    kiosk.drawn("seven", "eight")
    assert "nine" in kiosk.seen
''')
    assert set(states_that_must_come(tree)) == {"one", "two", "six", "seven", "eight"}
