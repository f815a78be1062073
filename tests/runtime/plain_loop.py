"""An Accelerate loop as anybody might write it, for the codemod to lift with `--resumable`; `--kills` says where its workers die.

With `--named` it saves states that Accelerate names itself. With `--sharded` each rank holds, writes and reads its own part of the optimizer's state.
"""

import argparse
import os

import torch
from accelerate import Accelerator
from accelerate.utils import ProjectConfiguration, set_seed
from tests.runtime import dying
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def keep_parts(accelerator, optimizer):
    def own(folder):
        return os.path.join(folder, f"part_rank_{accelerator.process_index}.pt")

    def save(models, weights, folder):
        torch.save(optimizer.state_dict(), own(folder))

    def load(models, folder):
        optimizer.load_state_dict(torch.load(own(folder), weights_only=True))

    accelerator.register_save_state_pre_hook(save)
    accelerator.register_load_state_pre_hook(load)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--kills", default="")
    parser.add_argument("--sharded", action="store_true")
    parser.add_argument("--named", action="store_true")
    args = parser.parse_args()
    project = ProjectConfiguration("states", automatic_checkpoint_naming=args.named, total_limit=2)
    accelerator = Accelerator(project_config=project)
    deaths = dying.Plan(args.kills)
    deaths.in_saves_of(accelerator)
    set_seed(5)
    data = TensorDataset(torch.randn(32, 4), torch.randn(32, 1))
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.Linear(8, 1))
    loader = DataLoader(data, batch_size=4, shuffle=True)
    model, loader = accelerator.prepare(model, loader)
    if args.sharded:
        optimizer = dying.OwnPart(model.parameters(), torch.optim.AdamW, lr=0.02)
        keep_parts(accelerator, optimizer)
    else:
        optimizer = accelerator.prepare(torch.optim.AdamW(model.parameters(), lr=0.02))
    scheduler = accelerator.prepare(torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.9))
    for epoch in range(args.epochs):
        total = 0.0
        for step, (features, targets) in enumerate(loader):
            deaths.here(epoch * len(loader) + step, "step")
            loss = nn.functional.mse_loss(model(features), targets)
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item()
        scheduler.step()
        if args.named:
            accelerator.save_state()
        accelerator.print(f"epoch {epoch}: loss {total / len(loader):.4f}")
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        os.makedirs("final", exist_ok=True)
        accelerator.save(accelerator.unwrap_model(model).state_dict(), "final/model.bin")


if __name__ == "__main__":
    main()
