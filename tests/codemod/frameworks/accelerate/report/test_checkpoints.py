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


def test_a_model_that_only_its_calls_show_is_named_where_it_is_left_out() -> None:
    source = script().replace("model(batch)", "discriminator(generator(batch)) + teacher(batch)")
    source = source.replace("model, loader, eval_loader =", "generator, discriminator, teacher, loader, eval_loader =")
    told = [notice.text for notice in notices(source)]
    assert told == ["only `generator` goes into the checkpoint, not `discriminator`"]


def test_the_model_whose_gradients_are_accumulated_goes_into_the_checkpoint_first() -> None:
    source = script(before="G.train()").replace("model, loader, eval_loader", "G, critic, loader, eval_loader")
    backward = "            loss = model(batch)\n            accelerator.backward(loss)\n"
    source = source.replace(
        backward,
        "            with accelerator.accumulate(critic):\n" + backward.replace("  l", "      l").replace("  a", "      a"),
    )
    assert "accelerator=accelerator, model=critic)" in lifted(source)


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


HELD = """\
from accelerate import Accelerator

accelerator = Accelerator()
{prepared}
for epoch in range(3):
    for batch in loader:
        loss = train_step(batch)
        accelerator.backward(loss)
    print(f"epoch {{epoch}} loss {{loss.item()}}")
{after}"""


@pytest.mark.parametrize(
    "test", ["accelerator.is_main_process and keep == 'epoch'", "keep and accelerator.process_index == 0", "epoch % 4 == 0"]
)
def test_a_folder_that_is_not_saved_every_time_is_not_reported(test: str) -> None:
    after = f"    if {test}:\n        accelerator.save_state(f'epoch_{{epoch}}')\n"
    code = lifted(HELD.format(prepared="model, loader = accelerator.prepare(model, loader)\nmodel.train()", after=after))
    assert "checkpoint_dir" not in code
    assert "model=model" in code


def test_a_folder_that_one_rank_saves_every_time_is_reported() -> None:
    after = "    if accelerator.is_main_process:\n        accelerator.save_state(f'epoch_{epoch}')\n"
    code = lifted(HELD.format(prepared="model, loader = accelerator.prepare(model, loader)\nmodel.train()", after=after))
    assert "checkpoint_dir=f'epoch_{epoch}'" in code


@pytest.mark.parametrize(
    "made",
    [
        "models = {k: accelerator.prepare(m) for k, m in made.items()}",
        "models = [accelerator.prepare(m) for m in made]",
        "models = [a, b]\nmodels = accelerator.prepare(models)",
    ],
)
def test_a_collection_of_models_is_not_taken_for_one(made: str) -> None:
    source = HELD.format(prepared=f"{made}\nloader = accelerator.prepare(loader)\nmodels.train()", after="")
    assert "model=" not in lifted(source)
    assert "RL222" in {notice.rule for notice in notices(source)}
