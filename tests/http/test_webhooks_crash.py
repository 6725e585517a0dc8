"""``kill -9`` between an event and the receiver: it is told all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.listening import Listening
from support.told_child import begin
from support.waiting import eventually

from smsmqtt.store import webhooks

TESTS = Path(__file__).parents[1]


def run_and_kill(path: Path, url: str, events: int) -> list[str]:
    """The ids of the events that were on disk, as far as the process could say so."""
    command = [sys.executable, "-m", "support.told_child", str(path), url]
    environment = os.environ | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout
        told = [child.stdout.readline().strip() for _ in range(events)]
        child.kill()
        return told + [line.strip() for line in child.stdout if line.endswith("\n")]


@pytest.mark.parametrize("held", [False, True], ids=["taken meanwhile", "waiting for an answer"])
def test_what_was_on_disk_when_the_process_died_is_told_under_the_same_id(tmp_path: Path, held: bool) -> None:
    path = tmp_path / "ledger.db"
    with Listening() as listening:
        if held:
            listening.let_go.clear()
        on_disk = [number for events in (1, 20, 60) for number in run_and_kill(path, listening.url, events)]
        listening.let_go.set()
        store, dispatch = begin(path, listening.url)
        try:
            eventually(lambda: told(listening) >= set(on_disk), within_s=30)
            eventually(lambda: store.read(webhooks.standings)[0].waiting == 0, within_s=30)
        finally:
            dispatch.stop()
            store.close()
    ids = {(it.headers["webhook-id"], it.fields["data"]["id"]) for it in listening.heard}
    assert len(ids) == len({webhook_id for webhook_id, _ in ids}) == len({message_id for _, message_id in ids})


def told(listening: Listening) -> set[str]:
    return {it.fields["data"]["id"] for it in listening.heard}
