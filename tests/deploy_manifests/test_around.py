"""What stands around the workloads: the namespace, Services, accounts, network policies; and what kustomize makes."""

import copy
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from deploy.local.postgres.databases import SERVICES
from tests.deploy_manifests.manifests import BASE, Document, Workload, documents, kustomization, of_kind, workloads

EVERYTHING = documents()
POLICIES = of_kind(EVERYTHING, "NetworkPolicy")
BROKER_ROLES = {"relay", "worker", "consumer", "evaluator"}


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a pod of these labels is meant (matchLabels and `In`)."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(labels.get(e["key"]) in e["values"] for e in selector.get("matchExpressions", []))


def too_open(policy: Document) -> bool:
    """Whether a rule names no peer or no port, or whole networks for anything but HTTPS."""
    rules = [(rule, rule.get("to", rule.get("from"))) for way in ("ingress", "egress") for rule in policy.get(way, [])]
    return any(
        not peers
        or not rule.get("ports")
        or any(peer in ({}, {"namespaceSelector": {}}, {"podSelector": {}}) for peer in peers)
        or (any("ipBlock" in peer for peer in peers) and [port["port"] for port in rule["ports"]] != [443])
        for rule, peers in rules
    )


def reached(labels: dict[str, str], way: str) -> set[object]:
    """The ports that the policies open for a pod of these labels."""
    specs = [each["spec"] for each in POLICIES.values() if selects(each["spec"]["podSelector"], labels)]
    return {port["port"] for spec in specs for rule in spec.get(way, []) for port in rule["ports"]}


def test_the_namespace_admits_restricted_pods_alone() -> None:
    (namespace,) = of_kind(EVERYTHING, "Namespace").values()
    modes = ("enforce", "audit", "warn")
    assert namespace["metadata"]["labels"] == {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes}
    assert namespace["metadata"]["name"] == kustomization()["namespace"]


def test_every_service_has_an_account_and_its_web_a_service() -> None:
    assert set(of_kind(EVERYTHING, "ServiceAccount")) == set(SERVICES)
    found = of_kind(EVERYTHING, "Service")
    assert set(found) == set(SERVICES)
    for name, service in found.items():
        selector = {"app.kubernetes.io/name": name, "app.kubernetes.io/component": "web"}
        assert service["spec"]["selector"] == selector
        assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]


def test_nothing_is_open_by_default() -> None:
    spec = POLICIES["default-deny"]["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert not [name for name, policy in POLICIES.items() if too_open(policy["spec"])]


@pytest.mark.parametrize(
    "rule",
    [
        {"ports": [{"port": 5432}]},
        {"to": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}]},
        {"to": [{"namespaceSelector": {}}], "ports": [{"port": 5432}]},
        {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 5432}]},
    ],
)
def test_a_planted_opening_is_found(rule: dict[str, Any]) -> None:
    policy = copy.deepcopy(POLICIES["database"]["spec"])
    policy["egress"].append(rule)
    assert too_open(policy)


@pytest.mark.parametrize("workload", list(workloads()), ids=lambda workload: workload.name)
def test_each_process_reaches_what_it_needs(workload: Any) -> None:
    role = workload.labels["app.kubernetes.io/component"]
    wanted: set[object] = {53, 5432} | ({9092} if role in BROKER_ROLES else set()) | ({443} if role == "web" else set())
    if workload.name == "customers-web":
        wanted |= {"http"}  # an export asks the other services
    assert reached(workload.labels, "egress") == wanted
    assert reached(workload.labels, "ingress") == {"operations"} | ({"http"} if role == "web" else set())


def test_every_file_is_listed_and_every_config_map_used() -> None:
    listed = kustomization()
    assert {path.name for path in BASE.glob("*.yaml")} == {*listed["resources"], "kustomization.yaml"}
    used = {s["configMapRef"]["name"] for w in workloads() for s in w.container["envFrom"]}
    assert used == {each["name"] for each in listed["configMapGenerator"]}
    assert not of_kind(EVERYTHING, "ConfigMap")
    assert not of_kind(EVERYTHING, "Secret")


@pytest.mark.skipif(shutil.which("kustomize") is None, reason="kustomize is not on PATH")
def test_kustomize_builds_the_base() -> None:
    done = subprocess.run(["kustomize", "build", BASE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    built = list(yaml.safe_load_all(done.stdout))
    assert len(built) == len(EVERYTHING) + len(kustomization()["configMapGenerator"])
    hashed = set(of_kind(built, "ConfigMap"))
    pods = [Workload(each, built).pod for each in built if each["kind"] in {"Deployment", "Job", "CronJob"}]
    used = {s["configMapRef"]["name"] for pod in pods for c in pod["containers"] for s in c["envFrom"]}
    assert used == hashed
    assert {each["metadata"].get("namespace", "elevenfold") for each in built} == {"elevenfold"}
