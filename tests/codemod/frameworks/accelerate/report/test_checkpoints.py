"""Which checkpoint goes with the report of an epoch."""

from __future__ import annotations

import pytest
from tests.codemod.frameworks.accelerate.loop import script
from tests.codemod.lifting import lifted, notices


def test_models_that_are_only_called_go_into_the_checkpoint() -> None:
    source = script().replace("model(batch)", "critic(G(batch))")
    source = source.replace(
        "model, loader, eval_loader = accelerator.prepare(model,", "G, critic, loader, eval_loader = accelerator.prepare(a, b,"
    )
    assert "accelerator=accelerator, model=G)" in lifted(source)
    assert [notice.rule for notice in notices(source)] == ["RL222"]


def test_models_that_an_inner_function_trains_go_into_the_checkpoint() -> None:
    source = script(before="def one(batch):\n    loss = G(batch)\n    accelerator.backward(loss)").replace(
        "model, loader, eval_loader", "G, loader, eval_loader"
    )
    source = source.replace(
        "            loss = model(batch)\n            accelerator.backward(loss)\n", "            one(batch)\n"
    )
    assert "accelerator=accelerator, model=G)" in lifted(source)


@pytest.mark.parametrize(
    ("body", "folder"),
    [
        ("accelerator.save_state(f'epoch_{epoch}')", "f'epoch_{epoch}'"),
        ("folder = os.path.join(args.out, str(epoch))\naccelerator.save_state(output_dir=folder)", "folder"),
        ("accelerator.unwrap_model(model).save_pretrained(args.out)", "args.out"),
        ("if accelerator.is_main_process:\n    accelerator.unwrap_model(model).save_pretrained(args.out)", "args.out"),
        ("accelerator.save_model(model, 'out')", "'out'"),
        ("accelerator.save_model(model, 'out')\naccelerator.save_state('state')", "'state'"),
    ],
)
def test_the_folder_that_the_script_saves_is_the_checkpoint(body: str, folder: str) -> None:
    assert f"accelerator=accelerator, checkpoint_dir={folder})" in lifted(script(body))


@pytest.mark.parametrize(
    "body",
    [
        "if loss < 1:\n    accelerator.save_state('best')",
        "accelerator.save_state()",
        "folder = next_folder()\naccelerator.save_state(folder)\nfolder = None",
        "tokenizer.save_pretrained(args.out)",
    ],
)
def test_a_folder_that_is_not_written_every_time_is_not_the_checkpoint(body: str) -> None:
    assert "accelerator=accelerator, model=model)" in lifted(script(body))
