"""A statement may leave the worker where the driver's own function has it, and only there."""

from __future__ import annotations

from tests.codemod.result_check.results import CONNECTED, HEAD, TRAIN, faults, result

BEFORE = f"{HEAD}data = [1]\nif data:\n    print(1)\nprint(2)\n{TRAIN}"
DRIVER = "def load_datasets():\n    data = [1]\n    if data:\n        print(1)\n    return {'train': data}\n"


def after(driver: str, given: str) -> str:
    made = result(driver, f"print(2)\n{CONNECTED}")
    return made.replace("TorchTrainer(train_func, ", f"TorchTrainer(train_func, {given}")


def test_a_statement_that_the_driver_has_is_not_lost() -> None:
    assert faults(BEFORE, after(DRIVER, "datasets=load_datasets(), ")) == []


def test_a_statement_that_neither_has_is_lost() -> None:
    assert faults(BEFORE, after(DRIVER.replace("print(1)", "pass"), "datasets=load_datasets(), ")) != []


def test_a_function_that_nobody_hands_to_the_trainer_counts_for_nothing() -> None:
    assert "`data = [1]` is lost" in faults(BEFORE, after(DRIVER, ""))
