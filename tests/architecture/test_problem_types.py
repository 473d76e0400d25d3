"""Every kind of problem is listed in the documents, with its status."""

from pathlib import Path

import pytest

from shared.web import problems

PAGE = (Path(__file__).parents[2] / "docs" / "problems.md").read_text()


@pytest.mark.parametrize("kind", problems.KINDS.values(), ids=lambda kind: kind.slug)
def test_W03_a_problem_type_is_documented(kind: problems.Kind) -> None:
    assert f"| `{kind.slug}` | {kind.status} |" in PAGE
