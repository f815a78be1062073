"""Trains a tiny language model on made-up arithmetic with Hugging Face's Trainer: `python train.py --epochs 3`."""

import argparse

import torch
from torch.utils.data import Dataset
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments, set_seed


class Sums(Dataset):
    """Sentences of digits such as `3 + 4 = 7`, as token ids."""

    def __init__(self, start, count):
        self.rows = [[n % 10, 10, (n * 7) % 10, 11, (n + n * 7) % 10] for n in range(start, start + count)]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        ids = torch.tensor(self.rows[index])
        return {"input_ids": ids, "labels": ids}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--output-dir", default="sums-model")
    args = parser.parse_args()

    set_seed(0)
    config = GPT2Config(vocab_size=12, n_positions=8, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
    model = GPT2LMHeadModel(config)
    training_args = TrainingArguments(
        output_dir=args.output_dir,
        num_train_epochs=args.epochs,
        per_device_train_batch_size=8,
        eval_strategy="epoch",
        save_strategy="epoch",
        logging_steps=4,
        dataloader_pin_memory=False,
        report_to="none",
    )
    trainer = Trainer(model=model, args=training_args, train_dataset=Sums(0, 128), eval_dataset=Sums(128, 32))
    trainer.train()
    print(trainer.evaluate())
    trainer.save_model()


if __name__ == "__main__":
    main()
