"""One broker on a data directory: format once, start, wait until it answers, stop."""

import base64
import os
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from deploy.local.blocking import blocking
from deploy.local.child import Child, spawn, tail
from deploy.local.kafka.configuration import HOST, is_free, ports, write_properties
from deploy.local.kafka.java import java
from deploy.local.kafka.maven import class_path
from deploy.local.kafka.topics import answers
from deploy.local.layout import Layout
from deploy.local.registry import MARK

START_SECONDS = 90.0
STOP_SECONDS = 30.0
LOG_SETTINGS = Path(__file__).with_name("log4j2.properties")


class BrokerError(Exception):
    """The broker did not start; the message holds the end of its log."""


class Broker:
    """The broker of one stack, its files under `<data>/kafka`."""

    title = "Kafka"

    def __init__(self, layout: Layout, say: Callable[[str], None]) -> None:
        self.layout, self.say = layout, say
        self.home = layout.data_dir / "kafka"
        self.properties = self.home / "server.properties"
        self.log = layout.logs / "kafka.log"
        self.command: list[str] = []
        self.child: Child | None = None

    def start(self) -> str:
        """Answers the bootstrap address when a client was served; `BrokerError` or `JarError` if not."""
        jars = ":".join(map(str, class_path(self.say)))
        self.home.mkdir(parents=True, exist_ok=True)
        chosen = ports(self.home / "ports.json")
        write_properties(self.properties, self.home / "log", chosen)
        if not (self.home / "log" / "meta.properties").exists():
            self._format(jars)
        self.command = self._command(jars, "kafka.Kafka", str(self.properties))
        self.launch()
        self._await_answer(chosen[0])
        return f"{HOST}:{chosen[0]}"

    def launch(self) -> Child:
        """Once more after `start`, when it died: the same data, and the same ports even if they look taken,
        for the clients know no others. Does not wait for an answer."""
        self.child = spawn(self.layout, "kafka-console", self.command)
        return self.child

    def stop(self) -> None:
        """Clean; kills after 30 s. Nothing happens if it was not started."""
        if self.child:
            self.child.stop(grace=STOP_SECONDS)
            self.child = None

    def _command(self, jars: str, main: str, *arguments: str) -> list[str]:
        logging = [f"-Dlog4j2.configurationFile={LOG_SETTINGS.as_uri()}", f"-Dkafka.log={self.log}"]
        return [
            str(java()),
            "-Xms128m",
            "-Xmx512m",
            "-Djava.awt.headless=true",
            *logging,
            "-cp",
            jars,
            main,
            *arguments,
        ]

    def _format(self, jars: str) -> None:
        """meta.properties is written last: a format that was broken off is done again."""
        arguments = ("format", "--ignore-formatted", "-t", _cluster_id(), "-c", str(self.properties))
        command = self._command(jars, "kafka.tools.StorageTool", *arguments)
        done = subprocess.run(
            # Too short a life for the optimizing compiler: without it the tool takes a third less.
            [command[0], "-XX:TieredStopAtLevel=1", *command[1:]],
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            env={**os.environ, MARK: str(self.layout.data_dir)},
        )
        if done.returncode:
            raise BrokerError(f"Kafka's storage could not be formatted:\n{done.stdout}{done.stderr}")

    def _await_answer(self, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        # The client complains at length about a port nobody listens on yet, so the port comes first.
        while is_free(port) or not blocking(answers(f"{HOST}:{port}")):
            if not (self.child and self.child.alive()) or time.monotonic() > deadline:
                console = tail(self.layout.logs / "kafka-console.log")
                raise BrokerError(f"Kafka did not start; {self.log}:\n{tail(self.log)}\n{console}")
            time.sleep(0.05)


def _cluster_id() -> str:
    """22 characters of base64url; one that begins with a dash would be taken for an option."""
    while (made := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made
