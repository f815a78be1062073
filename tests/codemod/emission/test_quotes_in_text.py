"""What is put into an f-string does not end it."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted

SOURCE = (
    "from transformers import Trainer, TrainingArguments\n\nargs = TrainingArguments('o')\nprint({0})\nTrainer(1, args).train()\n"
)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ('f"{args.overwrite_output_dir}"', "f\"{getattr(args, 'overwrite_output_dir', False)}\""),
        ("f'{args.overwrite_output_dir}'", "f'{getattr(args, \"overwrite_output_dir\", False)}'"),
        ('f"""{args.overwrite_output_dir}"""', 'f"""{getattr(args, "overwrite_output_dir", False)}"""'),
        (
            "f\"{'a'} {args.overwrite_output_dir!r:>9}\" + args.run_name",
            "f\"{'a'} {getattr(args, 'overwrite_output_dir', False)!r:>9}\" + args.run_name",
        ),
    ],
)
def test_an_edit_within_an_f_string_has_other_quotes(text: str, becomes: str) -> None:
    assert f"print({becomes})\n" in lifted(SOURCE.format(text))
