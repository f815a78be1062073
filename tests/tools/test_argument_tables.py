"""The program that reads releases knows what a class takes, wherever it stands and whatever it derives from."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from tools.argument_tables import Wheel, by_spans, spans_of

MODULES = {
    "trl/__init__.py": "from .trainer import SFTConfig, SFTTrainer, OtherTrainer\n",
    "trl/trainer/__init__.py": "from .sft import SFTConfig, SFTTrainer\nfrom .other import OtherTrainer\n",
    "trl/trainer/base.py": "from transformers import TrainingArguments\n\n\n@dataclass\nclass _Base(TrainingArguments):\n    steps: int = 10\n",
    "trl/trainer/sft.py": """
from .base import _Base

@dataclass
class SFTConfig(_Base):
    packing: bool = field(default=False)
    hidden: int = field(init=False, default=1)
    kind: ClassVar[str] = "sft"

class SFTTrainer(Trainer):
    def __init__(self, model, args=None, *, peft_config=None):
        pass
""",
    "trl/trainer/other.py": """
from .sft import SFTTrainer as _SFTTrainer

class OtherTrainer(_SFTTrainer):
    def __init__(self, *args, teacher=None, **kwargs):
        super().__init__(*args, **kwargs)
""",
}


@pytest.fixture
def wheel(tmp_path: Path) -> Wheel:
    """A small release."""
    path = tmp_path / "trl-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in MODULES.items():
            archive.writestr(name, text)
    return Wheel(path)


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("SFTConfig", {"packing", "steps"}),
        ("SFTTrainer", {"model", "args", "peft_config"}),
        ("OtherTrainer", {"teacher", "model", "args", "peft_config"}),
    ],
)
def test_a_class_takes_its_own_and_what_it_hands_to_its_base(wheel: Wheel, name: str, names: set[str]) -> None:
    found = wheel.definition("trl", name)
    assert found is not None
    assert wheel.taken(*found).names == names


def test_the_class_outside_that_takes_the_rest_and_the_defaults_are_known(wheel: Wheel) -> None:
    found = wheel.definition("trl", "SFTConfig")
    assert found is not None
    taken = wheel.taken(*found)
    assert taken.rest == "transformers.TrainingArguments"
    assert taken.defaults == {"steps": 10, "packing": False}


def test_releases_are_written_as_spans() -> None:
    releases = ["0.9", "0.10", "0.11", "1.0"]
    assert spans_of([0, 1, 3], releases) == "0.9-0.10 1.0-"
    assert by_spans([{"a"}, {"a", "b"}, {"b"}, {"b"}], releases) == {"0.10-": "b", "0.9-0.10": "a"}
