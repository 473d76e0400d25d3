"""Every workload keeps every rule, and every rule bites: a planted violation of each is found."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.postgres.databases import SERVICES
from deploy.local.processes import PROCESSES
from tests.deploy_manifests.manifests import Workload, of_kind, workloads
from tests.deploy_manifests.rules import ENDING, EVERYWHERE, SERVING, rules_for

WORKLOADS = {workload.name: workload for workload in workloads()}
CASES = [(name, rule) for name, workload in WORKLOADS.items() for rule in rules_for(workload)]
Break = Callable[[dict[str, Any], dict[str, Any]], object]


def test_one_workload_per_process_and_migration() -> None:
    processes = {f"{process.service}-{process.role}" for process in PROCESSES}
    assert {name for name, workload in WORKLOADS.items() if workload.serves} == processes
    jobs = {name for name, workload in WORKLOADS.items() if workload.document["kind"] == "Job"}
    assert jobs == {f"{service}-migrate" for service in SERVICES}
    assert set(WORKLOADS) - processes - jobs == {"scoring-close", "loyalty-train"}


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_rule(name: str, rule: str) -> None:
    workload = WORKLOADS[name]
    check = rules_for(workload)[rule]
    assert check(workload), check.__doc__


def _add_env(_: dict[str, Any], container: dict[str, Any]) -> None:
    container["env"] = [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]


PLANTED: dict[str, list[Break]] = {
    "non_root": [
        lambda pod, _: pod["securityContext"].update(runAsUser=1000),
        lambda pod, _: pod["securityContext"].pop("runAsNonRoot"),
        lambda _, c: c["securityContext"].update(runAsUser=0),
    ],
    "confined": [
        lambda _, c: c["securityContext"].update(capabilities={"drop": ["ALL"], "add": ["NET_ADMIN"]}),
        lambda _, c: c["securityContext"].pop("allowPrivilegeEscalation"),
        lambda pod, _: pod["securityContext"].pop("seccompProfile"),
        lambda pod, _: pod.update(hostNetwork=True),
    ],
    "read_only_root": [
        lambda _, c: c["securityContext"].update(readOnlyRootFilesystem=False),
        lambda pod, _: pod["volumes"][0].update(name="other"),
    ],
    "bounded": [lambda _, c: c["resources"].pop("limits"), lambda _, c: c["resources"]["requests"].pop("memory")],
    "no_token": [
        lambda pod, _: pod.pop("automountServiceAccountToken"),
        lambda pod, _: pod.update(serviceAccountName="default"),
        lambda pod, _: pod.pop("enableServiceLinks"),
    ],
    "pinned_image": [lambda _, c: c.update(image="elevenfold"), lambda _, c: c.update(image="elevenfold:latest")],
    "configured": [
        lambda _, c: c.update(env=[{"name": "NOBODY_READS_ME"}]),
        lambda _, c: c["envFrom"].append({"configMapRef": {"name": "unknown"}}),
    ],
    "secrets_as_files": [
        _add_env,
        lambda pod, _: pod["volumes"][1]["secret"].update(secretName="another"),
        lambda _, c: c["volumeMounts"].pop(),
    ],
    "started_as_named": [lambda _, c: c.update(args=["services.customers.main", "other"])],
    "probed": [
        lambda _, c: c.pop("startupProbe"),
        lambda _, c: c["livenessProbe"]["httpGet"].update(path="/readyz"),
        lambda _, c: c["readinessProbe"].pop("timeoutSeconds"),
    ],
    "ends_gracefully": [
        lambda pod, _: pod.update(terminationGracePeriodSeconds=20),
        lambda _, c: c.pop("lifecycle"),
    ],
    "spread": [lambda pod, _: pod.pop("topologySpreadConstraints")],
    "ends_by_itself": [lambda pod, _: pod.update(restartPolicy="Always")],
}


@pytest.mark.parametrize(("rule", "plant"), [(rule, plant) for rule, plants in PLANTED.items() for plant in plants])
def test_a_planted_violation_is_found(rule: str, plant: Break) -> None:
    workload = WORKLOADS["scoring-migrate" if rule in ENDING else "scoring-web"].planted()
    check = rules_for(workload)[rule]
    plant(workload.pod, workload.pod["containers"][0])
    assert not _kept(check, workload)


@pytest.mark.parametrize("kind", ["one replica", "no budget", "roll-out", "required setting"])
def test_violations_around_the_pod_are_found(kind: str) -> None:
    workload = WORKLOADS["customers-web"].planted()
    assert rules_for(workload)["survives_a_drain"](workload)
    match kind:
        case "one replica":
            workload.document["spec"]["replicas"] = 1
        case "roll-out":
            workload.document["spec"].pop("strategy")
        case "no budget":
            of_kind(workload.others, "PodDisruptionBudget")["customers-web"]["spec"].pop("maxUnavailable")
        case _:
            workload.pod["containers"][0]["envFrom"].pop()  # `auth`
            assert not rules_for(workload)["configured"](workload)
            return
    assert not rules_for(workload)["survives_a_drain"](workload)


@pytest.mark.parametrize("job", ["scoring-close", "loyalty-train"])
@pytest.mark.parametrize("name", ["concurrencyPolicy", "timeZone"])
def test_a_planted_overlap_of_jobs_is_found(name: str, job: str) -> None:
    workload = WORKLOADS[job].planted()
    workload.document["spec"].pop(name)
    assert not ENDING["one_at_a_time"](workload)


def test_every_rule_has_a_planted_violation() -> None:
    assert {*EVERYWHERE, *SERVING, *ENDING} == {*PLANTED, "survives_a_drain", "one_at_a_time"}


def _kept(check: Callable[[Workload], bool], workload: Workload) -> bool:
    try:
        return check(workload)
    except KeyError:  # what it looks for is not there
        return False
