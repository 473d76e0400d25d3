"""A machine that does the arithmetic of an explanation, and nothing else."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
OF_EACH: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "ln": math.log,
    "exp": math.exp,
    "round": lambda value, digits: round(float(value), digits) + 0.0,
}


def _sum(several: list[Any]) -> Any:
    return sum(map(float, several)) if any(isinstance(each, float) for each in several) else sum(several)


OF_ALL: dict[str, Callable[[list[Any]], Any]] = {
    "sum": _sum,
    "mean": lambda several: _sum(several) / len(several),
}


def evaluate(expression: str, numbers: Mapping[str, Any]) -> Any:
    """What it comes to; raises `KeyError` for whatever is no arithmetic."""
    return _of(ast.parse(expression, mode="eval").body, {name: number(value) for name, value in numbers.items()})


def number(told: Any) -> Any:
    """A number as it was told: a text is money, a mapping its values in order."""
    if isinstance(told, Mapping):
        return [number(each) for each in told.values()]
    if isinstance(told, list):
        return [number(each) for each in told]
    return Decimal(told) if isinstance(told, str) else told


def _of(node: ast.expr, numbers: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name):
            return numbers[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _each(operator.neg, _of(operand, numbers))
        case (
            ast.BinOp(left=left, op=operation, right=right)
            | ast.Compare(left=left, ops=[operation], comparators=[right])
        ):
            return _each(_plain(OPERATIONS[type(operation)]), _of(left, numbers), _of(right, numbers))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            given = [_of(each, numbers) for each in args]
            return OF_ALL[name](*given) if name in OF_ALL else _each(OF_EACH[name], *given)
    raise KeyError(ast.dump(node))


def _each(function: Callable[..., Any], *values: Any) -> Any:
    """One by one where any of them is several."""
    lengths = {len(value) for value in values if isinstance(value, list)}
    if not lengths:
        return function(*values)
    (length,) = lengths
    rows = zip(*(value if isinstance(value, list) else [value] * length for value in values), strict=True)
    return [function(*row) for row in rows]


def _plain(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Money stays exact among itself and whole numbers; a comparison is 1 or 0."""

    def done(left: Any, right: Any) -> Any:
        if isinstance(left, float) != isinstance(right, float):
            left, right = float(left), float(right)
        found = operation(left, right)
        return int(found) if isinstance(found, bool) else found

    return done
