"""What an Accelerate loop reports: the metrics that it logs, computes or prints."""

from __future__ import annotations

import ast

import pytest
from tests.codemod.frameworks.accelerate.loop import metrics_of, script
from tests.codemod.lifting import lifted

METRICS = {
    "what is logged comes first": (
        "result = metric.compute()\nprint(f'loss {loss:.3f}')\naccelerator.log({'mine': result['accuracy'], 'epoch': epoch}, step=epoch)",
        "{'mine': result['accuracy'], 'epoch': epoch}",
    ),
    "what several calls log is one report": (
        "accelerator.log({'a_loss': loss})\naccelerator.log(dict(lr=args.lr))",
        "{'a_loss': loss, \"lr\": args.lr}",
    ),
    "a logged name is reported as it is": ("logs = {'loss': loss}\naccelerator.log(logs)", "logs"),
    "then what was computed": ("result = metric.compute()\nprint(f'loss {loss:.3f}')", "result"),
    "a number that was computed keeps its name": ("result = metric.compute()['accuracy']\nprint(result)", '{"result": result}'),
    "then what is printed": (
        "mean_loss = loss / 2\naccelerator.print(f'epoch {epoch + 1}: loss {mean_loss:.3f}, accuracy: {100 * hits / step:.1f} %')",
        '{"epoch": epoch + 1, "mean_loss": mean_loss, "accuracy": 100 * hits / step}',
    ),
    "printed with a template": (
        "print('epoch %d train loss %.4f' % (epoch, loss / 2))",
        '{"epoch": epoch, "train_loss": loss / 2}',
    ),
    "printed with format": ("print('loss: {:.4f}'.format(loss.item()))", '{"loss": loss.item()}'),
    "logged with arguments": ("logger.info('val loss %.3f', loss / 3)", '{"val_loss": loss / 3}'),
    "printed by the main process only": (
        "if accelerator.is_main_process:\n    print('loss', loss.item())",
        '{"loss": loss.item()}',
    ),
    "a dict that is printed where it is made": ("print({'loss': loss, 'epoch': epoch})", "{'loss': loss, 'epoch': epoch}"),
    "a call's name is none for its value": (
        "losses = [loss.item()]\nprint(f'epoch {epoch}\\tMean loss: {np.mean(losses):.3f}')\nprint(sum(losses) / len(losses))",
        '{"epoch": epoch, "Mean_loss": np.mean(losses), "losses": sum(losses) / len(losses)}',
    ),
    "a number is known by its item": ("print(epoch, tr.item())", '{"epoch": epoch, "tr": tr.item()}'),
    "then the last loss": ("", '{"loss": loss}'),
    "what only the main process has is left out": (
        "if accelerator.is_main_process:\n    result = metric.compute()\n    print(result)",
        '{"loss": loss}',
    ),
    "what only sometimes is there is asked for": (
        "if args.track:\n    total = loss / 2\n    accelerator.log({'total': total, 'epoch': epoch})",
        "{**({'total': total} if args.track else {}), 'epoch': epoch}",
    ),
    "words are named by the script's own names": (
        "tag, width = str(epoch), step\nprint('run %5s is %3d wide' % (tag, width))\nprint('the mean training loss:', loss / 2)",
        '{"width": width, "loss": loss / 2}',
    ),
    "what is printed as text is no number": (
        "width = step\nprint('%10s of %-4r is %3d wide' % (tags[epoch], kinds[epoch], width))",
        '{"width": width}',
    ),
    "what cannot be called twice is left out": ("print(f'loss {accelerator.gather(loss).mean():.3f}')", '{"loss": loss}'),
    "fixed values and paths say nothing about an epoch": (
        "folder = f'epoch_{epoch}'\nprint(f'saved to {folder}, lr {args.lr:.3f}')",
        '{"loss": loss}',
    ),
}


@pytest.mark.parametrize("name", METRICS)
def test_the_metrics(name: str) -> None:
    body, expected = METRICS[name]
    body = f"tr = loss\n{body}" if "tr." in body else body
    assert metrics_of(lifted(script(body, "hits = 0"))) == ast.unparse(ast.parse(expected))


TRACKED = {
    "wandb": (
        "if accelerator.is_main_process:\n    wandb.log({'train/loss': loss / 2, 'epoch': epoch, 'shown': wandb.Image(batch), 'tag': f'{step}'})",
        "{'train/loss': loss / 2, 'epoch': epoch}",
    ),
    "a run of wandb's": ("run = wandb.init()\nrun.log({'a': loss})\nprint('loss', loss)", "{'a': loss}"),
    "tensorboard": (
        "writer.add_scalar('loss/train', loss, epoch)\nif args.eval:\n    right = step\n    writer.add_scalar('right', right, epoch)",
        "{'loss/train': loss, **({'right': right} if args.eval else {})}",
    ),
    "mlflow": (
        "mlflow.log_metrics({'loss': loss}, step=epoch)\nmlflow.log_metric('half', loss / 2)",
        "{'loss': loss, 'half': loss / 2}",
    ),
    "its Accelerator comes first": ("wandb.log({'a': loss})\naccelerator.log({'b': loss})", "{'b': loss}"),
    "what only the main process computes is left out": (
        "if accelerator.is_main_process:\n    score = step\n    wandb.log({'score': score})",
        "{'loss': loss}",
    ),
    "a method log of something else": ("journal.log({'a': loss})", "{'loss': loss}"),
}


@pytest.mark.parametrize("name", TRACKED)
def test_what_a_tracker_of_its_own_is_told_is_reported(name: str) -> None:
    body, expected = TRACKED[name]
    source = f"import mlflow\nimport wandb\n{script(body, 'hits = 0')}"
    assert metrics_of(lifted(source)) == ast.unparse(ast.parse(expected))


@pytest.mark.parametrize("before", ["from lib import meter", "meter = build", "class meter: pass", "meter = make()"])
def test_of_a_metric_whose_maker_is_not_in_sight_the_result_is_reported_as_it_is(before: str) -> None:
    assert metrics_of(lifted(script("result = meter.compute()\nprint(result)", before))) == "result"


def test_a_tensor_that_is_computed_keeps_its_name_whatever_dicts_are_read_elsewhere() -> None:
    before = "import torchmetrics\nmeter = torchmetrics.Accuracy('binary')\nseed = config['seed']"
    assert metrics_of(lifted(script("result = meter.compute()", before))) == "{'result': result}"
    assert metrics_of(lifted(script("result = meter.compute()\nprint(result['all'])", before))) == "result"


def test_a_sum_that_starts_anew_once_it_is_logged_is_not_reported() -> None:
    backward = "            accelerator.backward(loss)\n"
    logs = "            if step % 3 == 0:\n                accelerator.log({'sum': total})\n"
    source = script(before="total = 0").replace(backward, f"{backward}            total += loss\n{logs}")
    assert metrics_of(lifted(source)) == "{'sum': total}"
    assert metrics_of(lifted(source.replace(logs, f"{logs}                total = 0\n"))) == "{'loss': loss}"


def test_every_loss_that_is_differentiated_is_reported() -> None:
    backward = "accelerator.backward(loss)\n"
    code = lifted(
        script().replace(backward, f"{backward}            other = model(batch)\n            accelerator.backward(other)\n")
    )
    assert metrics_of(code) == "{'loss': loss, 'other': other}"
