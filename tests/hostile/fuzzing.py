"""Schemathesis over one operation after the other, with counts, so that a report can say what was tried."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from unittest import SkipTest

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

EXAMPLES = int(os.environ.get("BANSO_FUZZ", "6"))
"""Cases of each kind (right, wrong, with ids that exist) for each operation."""


@dataclass
class Tally:
    """What was tried and what was found: operation and title, with the first request that showed it."""

    operations: int = 0
    cases: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)

    def judge(self, case: Any, base_url: str, excluded: list[Any], **how: Any) -> requests.Response:
        """Send one case and hold the answer against everything its description says."""
        self.cases += 1
        answer = case.call(base_url=base_url, **how)
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        try:
            case.validate_response(answer, excluded_checks=excluded, transport_kwargs={"base_url": base_url, **how})
        except FailureGroup as group:
            for failure in group.exceptions:
                title = f"{case.operation.label}: {getattr(failure, 'title', type(failure).__name__)}"
                said = f"{case.as_curl_command()}\n  -> {answer.status_code} {answer.text[:300]}\n  {failure}"
                self.findings.setdefault(title, said)
        return answer

    def report(self) -> str:
        """One line."""
        said = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"{self.operations} operations, {self.cases} cases ({said}), {len(self.findings)} findings"


def cases_of(operation: Any, examples: int, use: Callable[[Any], Any], **fixed: Any) -> None:
    """Right and wrong cases of an operation, the same at every run, each given to `use`."""
    for mode in GenerationMode:
        strategy = operation.as_strategy(generation_mode=mode, **fixed)

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def each(case: Any) -> None:
            use(case)

        with suppress(Unsatisfiable, SkipTest):  # nothing about it can be wrong
            each()


def operations_of(schema: Any) -> list[Any]:
    """All of them, ready to be tried."""
    load_all_checks()
    return [found.ok() for found in schema.get_all_operations()]


NEVER = [positive_data_acceptance]
"""Not a rule of ours: what two fields say together (from, to) no schema can express."""
__all__ = ["EXAMPLES", "NEVER", "Tally", "cases_of", "not_a_server_error", "operations_of", "schemathesis"]
