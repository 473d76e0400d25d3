"""The manifests of deploy/kubernetes/base as they stand in their files, before kustomize."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
BASE = ROOT / "deploy/kubernetes/base"
Document = dict[str, Any]


def kustomization() -> Document:
    """The base's kustomization.yaml."""
    found: Document = yaml.safe_load((BASE / "kustomization.yaml").read_text())
    return found


def documents() -> list[Document]:
    """Every document of the files that the kustomization lists."""
    files = kustomization()["resources"]
    return [found for file in files for found in yaml.safe_load_all((BASE / file).read_text())]


def literals(name: str) -> dict[str, str]:
    """The variables of a generated ConfigMap."""
    generators = {each["name"]: each for each in kustomization()["configMapGenerator"]}
    return dict(line.split("=", 1) for line in generators[name]["literals"])


def of_kind(found: Sequence[Document], kind: str) -> dict[str, Document]:
    """By name, the documents of a kind."""
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment, a Job or a CronJob, and the documents around it."""

    document: Document
    others: Sequence[Document]

    @property
    def name(self) -> str:
        """Its `metadata.name`: `<service>-<role>`."""
        return str(self.document["metadata"]["name"])

    @property
    def serves(self) -> bool:
        """A Job ends by itself and is asked for nothing."""
        return bool(self.document["kind"] == "Deployment")

    @property
    def spec(self) -> Document:
        """What says how its pods are run; a CronJob's is that of its jobs."""
        found: Document = self.document["spec"]
        return found["jobTemplate"]["spec"] if self.document["kind"] == "CronJob" else found

    @property
    def template(self) -> Document:
        """The pod's metadata and spec."""
        found: Document = self.spec["template"]
        return found

    @property
    def pod(self) -> Document:
        """The pod's spec."""
        found: Document = self.template["spec"]
        return found

    @property
    def container(self) -> Document:
        """Its only container."""
        (found,) = self.pod["containers"]
        return dict(found)

    @property
    def labels(self) -> dict[str, str]:
        """The pod's labels."""
        return dict(self.template["metadata"]["labels"])

    def planted(self) -> "Workload":
        """A deep copy to break."""
        return Workload(copy.deepcopy(self.document), copy.deepcopy(list(self.others)))


def workloads() -> Iterator[Workload]:
    """Every Deployment, Job and CronJob of the base."""
    everything = documents()
    for document in everything:
        if document["kind"] in {"Deployment", "Job", "StatefulSet", "DaemonSet", "CronJob", "Pod"}:
            yield Workload(document, everything)
