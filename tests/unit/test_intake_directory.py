"""Names to numbers and back, from the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from smsmqtt import config
from smsmqtt.intake.directory import Directory


def directory(folder: Path, **sections: Any) -> Directory:
    file = {
        "gateways": {
            "hall": {"host": "10.0.0.1", "lines": {"mine": {"module": 1, "number": "+59899000001"}}},
            "attic": {"host": "10.0.0.2", "lines": {"loft": {"module": 1}}},
        },
        "messages": {"region": "UY"},
        **sections,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(file))
    return Directory.from_settings(config.load(path))


def test_lines_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    it = directory(tmp_path)
    assert sorted(it.lines) == ["loft", "mine"]
    assert set(it.gateways) == {"hall", "attic"}
    assert it.line("mine") == it.line_called("MINE") == it.line_called("099000001")
    assert it.line_called("+59899000009") is None


def test_groups_are_made_of_contacts_and_numbers(tmp_path: Path) -> None:
    it = directory(tmp_path, contacts={"ana": "099123451"}, groups={"family": ["ana", "+59899123452"]})
    assert it.contacts == {"ana": "+59899123451"}
    assert it.groups == {"family": ("+59899123451", "+59899123452")}


@pytest.mark.parametrize("sender", ["+59899123451", "099123451", "59899123451"])
def test_a_contact_is_known_by_every_form_of_its_number(tmp_path: Path, sender: str) -> None:
    it = directory(tmp_path, contacts={"ana": "+59899123451"})
    assert it.contact_of(sender) == "ana"
    assert it.contact_of("+59899123452") is None
