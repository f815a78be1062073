"""Logs change nothing of the data, and speak on the driver as they did on a worker."""

from __future__ import annotations

from tests.codemod.lifting import lifted
from tests.codemod.ray_data.test_hand_over import parts, script

SAMPLES = 'for i in range(2):\n    logger.info(f"row {i}: {raw[\'train\'][i]}")\nlogger.info("training")'


def logging_script(logger: str) -> str:
    return script(SAMPLES).replace("def main():", f"{logger}\n\ndef main():")


def test_a_log_of_other_things_keeps_no_data_on_the_worker() -> None:
    source = logging_script("import logging\nlogger = logging.getLogger(__name__)")
    driver, worker = parts(lifted(source, data="ray"))
    assert "row {i}" in driver
    assert "load_dataset(" not in worker
    assert "logger.info('training')" in worker
    assert "training" not in driver
    assert "getLogger" not in driver


def test_a_logger_of_ranks_is_a_plain_one_on_the_driver() -> None:
    source = logging_script("from accelerate.logging import get_logger\nlogger = get_logger(__name__)")
    driver, worker = parts(lifted(source, data="ray"))
    assert "logger = getLogger(__name__)" in driver
    assert driver.index("getLogger(__name__)") < driver.index("row {i}")
    assert "load_dataset(" not in worker


def test_a_log_that_names_the_ranks_it_is_for_stays_with_them() -> None:
    source = logging_script("from accelerate.logging import get_logger\nlogger = get_logger(__name__)")
    source = source.replace("""[i]}")""", """[i]}", main_process_only=False)""")
    driver, worker = parts(lifted(source, data="ray"))
    assert "row {i}" not in driver
    assert "row {i}" in worker
