"""The roles of a service, read as text: a role's module is not imported to be known."""

import ast
from pathlib import Path

from shared.service import ROLES

ROOT = Path(__file__).parents[2]


def roles(service: str) -> dict[str, str]:
    """By role, `module:function`, as the service's `main.py` and `shared/service.py` say."""
    tree = ast.parse((ROOT / f"services/{service}/main.py").read_text())
    (table,) = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    own: dict[str, str] = ast.literal_eval(table)
    return ROLES | own
