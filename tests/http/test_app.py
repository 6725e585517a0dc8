"""What every path has in common."""

from __future__ import annotations

import httpx


def test_a_path_that_is_not_there_is_not_found(caller: httpx.Client) -> None:
    assert caller.get("/nothing").status_code == 404
