"""What operations demand of every workload: a rule answers whether it is kept."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from shared.web.health import CHECK_DEADLINE_S
from shared.web.server import GRACE_S
from tests.deploy_manifests.manifests import Workload, literals, of_kind
from tests.deploy_manifests.settings import known, missing, settings_of
from tests.support.roles import roles

Rule = Callable[[Workload], bool]
SECRETS = "/run/secrets/elevenfold"


def non_root(workload: Workload) -> bool:
    """A numeric user and group above 10000, and no exception made by the container."""
    context = workload.pod["securityContext"]
    numbers = [context.get(name, 0) for name in ("runAsUser", "runAsGroup", "fsGroup")]
    overruled = {"runAsUser", "runAsGroup", "runAsNonRoot"} & set(workload.container["securityContext"])
    return context.get("runAsNonRoot") is True and min(numbers) > 10000 and not overruled


def confined(workload: Workload) -> bool:
    """All capabilities dropped, none added, no way up, RuntimeDefault seccomp."""
    own = workload.container["securityContext"]
    return (
        own.get("capabilities") == {"drop": ["ALL"]}
        and own.get("allowPrivilegeEscalation") is False
        and not own.get("privileged")
        and workload.pod["securityContext"].get("seccompProfile") == {"type": "RuntimeDefault"}
        and not any(workload.pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC"))
    )


def read_only_root(workload: Workload) -> bool:
    """A read-only root with an emptyDir for /tmp."""
    mounts = {mount["name"]: mount["mountPath"] for mount in workload.container["volumeMounts"]}
    empty = {volume["name"] for volume in workload.pod["volumes"] if "emptyDir" in volume}
    read_only = workload.container["securityContext"].get("readOnlyRootFilesystem") is True
    return read_only and any(mounts.get(name) == "/tmp" for name in empty)  # noqa: S108


def bounded(workload: Workload) -> bool:
    """Requests of CPU and memory, a limit of memory."""
    resources = workload.container.get("resources", {})
    return {"cpu", "memory"} <= set(resources.get("requests", {})) and "memory" in resources.get("limits", {})


def no_token(workload: Workload) -> bool:
    """The service's own account, whose token is mounted neither by it nor by the pod; no service variables."""
    account = of_kind(workload.others, "ServiceAccount").get(workload.pod.get("serviceAccountName", ""), {})
    refused = [workload.pod, account]
    own = workload.pod.get("serviceAccountName") == workload.labels["app.kubernetes.io/name"]
    return (
        own
        and all(each.get("automountServiceAccountToken") is False for each in refused)
        and workload.pod.get("enableServiceLinks") is False
    )


def pinned_image(workload: Workload) -> bool:
    """A tag that is not `latest`; registry and digest are an overlay's."""
    return re.fullmatch(r"elevenfold:\d+\.\d+\.\d+", workload.container["image"]) is not None


def configured(workload: Workload) -> bool:
    """Every required setting is given, and nothing that no process of ours reads."""
    variables: set[str] = {variable["name"] for variable in workload.container.get("env", [])}
    for source in workload.container["envFrom"]:
        variables |= set(literals(source["configMapRef"]["name"]))
    service, _, role = workload.name.partition("-")
    given = variables | {"DATABASE_URL", "ERASURE_KEY"}  # `secrets_as_files` sees to those
    return not missing(settings_of(service, role), given) and known(given) == given


def secrets_as_files(workload: Workload) -> bool:
    """The database's address is a file under SECRETS_DIR, of the service's own Secret; no secret is a variable."""
    service, _, role = workload.name.partition("-")
    wanted = f"{service}-migration-database" if role == "migrate" else f"{service}-database"
    volumes = {v["name"] for v in workload.pod["volumes"] if v.get("secret", {}).get("secretName") == wanted}
    mounts = [m for m in workload.container["volumeMounts"] if m["mountPath"] == SECRETS and m.get("readOnly")]
    return (
        literals("settings")["SECRETS_DIR"] == SECRETS
        and [mount["name"] in volumes for mount in mounts] == [True]
        and "secret" not in str([workload.container.get("env"), workload.container["envFrom"]]).lower()
    )


def started_as_named(workload: Workload) -> bool:
    """Labels and arguments agree with the name, which is a role of the service; the selector finds the pod."""
    service, _, role = workload.name.partition("-")
    named = {"app.kubernetes.io/name": service, "app.kubernetes.io/component": role}
    selector = workload.spec.get("selector", {"matchLabels": named})["matchLabels"]
    same = workload.container["args"] == [f"services.{service}.main", role] and "command" not in workload.container
    return same and role in roles(service) and workload.labels == selector == named


def probed(workload: Workload) -> bool:
    """Three probes that differ, on the operations port: liveness asks the process alone, readiness its checks."""
    names = ("startupProbe", "livenessProbe", "readinessProbe")
    probes: list[dict[str, Any]] = [workload.container.get(name, {}) for name in names]
    asked = [probe.get("httpGet", {}) for probe in probes]
    ports = {port["name"]: port["containerPort"] for port in workload.container["ports"]}
    startup, _, readiness = probes
    return (
        [each.get("path") for each in asked] == ["/livez", "/livez", "/readyz"]
        and {each.get("port") for each in asked} == {"operations"}
        and str(ports["operations"]) == literals("settings")["OPERATIONS_PORT"]
        and readiness.get("timeoutSeconds", 1) > CHECK_DEADLINE_S
        and startup.get("periodSeconds", 10) * startup.get("failureThreshold", 3) >= 60
    )


def ends_gracefully(workload: Workload) -> bool:
    """A pause before SIGTERM, and time for it and for the server's own grace."""
    command = workload.container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", [])
    pause = int(command[1]) if command[:1] == ["sleep"] else 0
    return pause > 0 and workload.pod.get("terminationGracePeriodSeconds", 30) > GRACE_S + pause


def spread(workload: Workload) -> bool:
    """Over zones and nodes, counting its own pods."""
    constraints = workload.pod.get("topologySpreadConstraints", [])
    keys = {each["topologyKey"] for each in constraints}
    own = all(each["labelSelector"]["matchLabels"] == workload.labels for each in constraints)
    return own and keys == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}


def survives_a_drain(workload: Workload) -> bool:
    """Two replicas or more, never fewer in a roll-out, and a budget for its pods."""
    budgets = of_kind(workload.others, "PodDisruptionBudget").values()
    own = [each["spec"] for each in budgets if each["spec"]["selector"]["matchLabels"] == workload.labels]
    rolling = workload.document["spec"].get("strategy", {}).get("rollingUpdate", {})
    enough = workload.document["spec"].get("replicas", 1) >= 2 and rolling.get("maxUnavailable") == 0
    return enough and [each.get("maxUnavailable") for each in own] == [1]


def ends_by_itself(workload: Workload) -> bool:
    """A migration or a close gives up, and is removed, so that the next release's migration can take its name."""
    spec = workload.spec
    limited = {"backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"} <= set(spec)
    return limited and workload.pod.get("restartPolicy") == "Never"


EVERYWHERE: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        non_root,
        confined,
        read_only_root,
        bounded,
        no_token,
        pinned_image,
        configured,
        secrets_as_files,
        started_as_named,
    )
}
SERVING: Mapping[str, Rule] = {rule.__name__: rule for rule in (probed, ends_gracefully, spread, survives_a_drain)}


def one_at_a_time(workload: Workload) -> bool:
    """What is run by the clock never runs twice at once, and its clock is UTC."""
    spec = workload.document["spec"]
    return workload.document["kind"] != "CronJob" or (spec.get("concurrencyPolicy"), spec.get("timeZone")) == (
        "Forbid",
        "Etc/UTC",
    )


ENDING: Mapping[str, Rule] = {rule.__name__: rule for rule in (ends_by_itself, one_at_a_time)}


def rules_for(workload: Workload) -> Mapping[str, Rule]:
    """Those that a workload of its kind must keep."""
    return {**EVERYWHERE, **(SERVING if workload.serves else ENDING)}
