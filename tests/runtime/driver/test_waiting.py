"""A run that waits says so again and again, with what it waits for."""

from __future__ import annotations

import threading

from raylift_runtime.driver.waiting import waited_for, waits_told


def actors(*states: str) -> dict[str, dict[str, str]]:
    workers = {str(number): {"ActorClassName": "RayTrainWorker", "State": state} for number, state in enumerate(states)}
    return {**workers, "c": {"ActorClassName": "TrainController", "State": "ALIVE"}}


def test_a_run_without_workers_waits_for_room_and_one_whose_workers_begin_for_them() -> None:
    assert waited_for(actors(), lambda: "for room") == "for room"
    assert waited_for(actors("DEAD", "DEAD"), lambda: "for room") == "for room"
    assert "to start" in str(waited_for(actors("ALIVE", "PENDING_CREATION"), lambda: "for room"))
    assert waited_for(actors("DEAD", "ALIVE", "ALIVE"), lambda: "for room") is None


def test_what_is_waited_for_is_told_until_it_is_there() -> None:
    said: list[str] = []
    told = threading.Event()

    def tell(text: str) -> None:
        said.append(text)
        if len(said) == 3:
            told.set()

    with waits_told(lambda: "for room", tell, every_s=0.01):
        assert told.wait(30)
    after = len(said)
    assert all(text.startswith("waiting for 0 s now for room") for text in said)
    assert len(said) == after


def test_a_run_that_trains_says_nothing() -> None:
    said: list[str] = []
    asked = threading.Event()

    def waits_for() -> None:
        asked.set()

    with waits_told(waits_for, said.append, every_s=0.01):
        assert asked.wait(30)
    assert said == []


def test_a_ray_that_answers_otherwise_costs_the_remarks_only() -> None:
    asked = threading.Event()

    def waits_for() -> str:
        asked.set()
        raise KeyError("State")

    with waits_told(waits_for, print, every_s=0.01):
        assert asked.wait(30)
