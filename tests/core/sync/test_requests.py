"""A console that may not read the secrets asks the engine to test them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.operations.desk import Desk
from core.operations.running import engines
from core.operations.setup import installing
from core.sandbox.server import running_sandbox
from core.sync.requests import ask_engine
from tests.core.sync.homes import engine, installed, wait_for

pytestmark = pytest.mark.processes


def test_engine_tests_credentials_for_a_console_without_them(tmp_path: Path) -> None:
    with running_sandbox() as sandbox:
        sandbox.control.generate(1, seed=2)
        owner = installed(tmp_path, sandbox)
        process = engine(owner)
        try:
            wait_for(lambda: engines.engine(owner).running, "the engine runs")
            owner.home.credentials.rename(tmp_path / "not-for-this-console")
            visitor = Desk(owner.home, "visitor")
            space = sandbox.access.space

            def refused() -> list[str]:
                verdict = asyncio.run(installing.try_credentials(visitor, space))
                return [proof.code for proof in verdict.proofs if proof.passed is False]

            wait_for(lambda: refused() == ["credentials_missing"], "the engine misses them too")
            (tmp_path / "not-for-this-console").rename(owner.home.credentials)
            wait_for(lambda: not refused(), "the engine has them again")
            answer = asyncio.run(ask_engine(owner.ledger, space, actor="visitor", clock=owner.clock, patience=20))
            assert answer is not None and answer.credentials is True
            kinds = {(event.kind, event.actor) for event in owner.ledger.events(space=space)}
            assert {("request", "visitor"), ("answer", "engine")} <= kinds
        finally:
            process.terminate()
            assert process.wait(20) == 0
        owner.close()
        visitor.close()
