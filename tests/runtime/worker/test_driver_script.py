"""A worker starts from the driver's script where that means the same, and from a pickled function elsewhere."""

from __future__ import annotations

import pytest
from tests.runtime.conftest import RunScript

FOUND = """
from raylift_runtime.worker.driver_script import driver_script
{top}
def train_func():
    {body}
{end}
"""


@pytest.mark.parametrize(
    ("top", "body", "end", "expected"),
    [
        ("", "pass", "if __name__ == '__main__':\n    print(driver_script(train_func).function)", "train_func"),
        (
            "",
            "pass",
            "def main():\n    print(driver_script(train_func).function)\nif '__main__' == __name__:\n    main()",
            "train_func",
        ),
        ("", "pass", "print(driver_script(train_func))", "None"),
        ("", "pass", "if __name__ == '__main__':\n    print(driver_script(lambda: 1))", "None"),
        ("", "print(a)", "if __name__ == '__main__':\n    a = 1\n    print(driver_script(train_func))", "None"),
        ("", "a = 1", "if __name__ == '__main__':\n    a = 1\n    print(driver_script(train_func).function)", "train_func"),
        ("class C:\n    def f(): pass", "pass", "if __name__ == '__main__':\n    print(driver_script(C.f).function)", "C.f"),
    ],
)
def test_a_script_is_found_where_a_worker_can_start_from_it(
    run_script: RunScript, top: str, body: str, end: str, expected: str
) -> None:
    assert run_script(FOUND.format(top=top, body=body, end=end)).stdout.strip() == expected


def test_a_started_script_is_the_main_module_with_its_guard_false(run_script: RunScript) -> None:
    code = """
        # coding: latin-1
        import pickle, sys, typing
        from dataclasses import dataclass
        from raylift_runtime.worker.driver_script import driver_script
        seen = []
        print("top level")

        @dataclass
        class Options:
            rate: "float" = 1.0

        def train_func():
            main = sys.modules["__main__"]
            assert main.Options is Options is pickle.loads(pickle.dumps(Options))
            assert typing.get_type_hints(Options) == {"rate": float}
            assert Options.__module__ == train_func.__module__ == "__main__"
            print("train", __name__, "é")

        if __name__ == "__main__":
            script = driver_script(train_func)
            module = script.run()
            script.train_function(module)()
    """
    assert run_script(code).stdout.split() == ["top", "level", "top", "level", "train", "__main__", "Ã©"]


def test_only_the_standard_library_is_needed_to_find_the_script(run_script: RunScript) -> None:
    code = "import sys, raylift_runtime.worker.driver_script; print(sorted({'torch', 'ray', 'transformers'} & set(sys.modules)))"
    assert run_script(code).stdout.strip() == "[]"


def test_a_traceback_shows_the_line_of_the_script(run_script: RunScript) -> None:
    code = """
        import os, traceback
        from raylift_runtime.worker.driver_script import driver_script
        def train_func():
            raise ValueError("here")  # shown
        if __name__ == "__main__":
            script = driver_script(train_func)
            os.remove(__file__)
            try:
                script.train_function(script.run())()
            except ValueError:
                traceback.print_exc()
    """
    assert 'raise ValueError("here")  # shown' in run_script(code).stderr
