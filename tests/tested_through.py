"""Which tests speak of the modules that have none of their own name: the way from code to test.

By room, which is a folder of `codemod/raylift` or of `runtime/raylift_runtime`; tests are named from `tests/codemod` or `tests/runtime`.
"""

from __future__ import annotations

from collections.abc import Mapping

Room = Mapping[str, str]

CODEMOD: Mapping[str, Room] = {
    ".": {
        "__init__": "test_api",
        "__main__": "test_anything",
        "across": "project/test_generated_projects",
        "assemble": "rules/test_rule_fixtures",
        "entry_points": "project/test_generated_projects",
        "flags": "test_request",
        "libraries": "pipeline/test_funnel",
        "lift": "test_script_fixtures",
        "outcome": "output/test_entries",
        "plan": "emission/test_layout",
        "recognise": "pipeline/test_funnel",
        "settings": "project/test_settings_file",
        "targets": "test_script_fixtures",
    },
    "commands": {
        "check_diff_rewrite": "test_cli",
        "explain": "rules/test_rules",
        "mirror": "commands/test_program",
        "run_module": "commands/test_program",
        "typer_app": "test_request",
    },
    "edits": {
        "calls": "frameworks/ray_legacy/test_transformers_trainer",
        "dicts": "frameworks/hf_trainer/test_given_arguments",
        "expressions": "frameworks/hf_trainer/test_old_attributes",
        "functions": "emission/test_layout",
        "launching": "train_function/test_placement",
        "imports": "frameworks/ray_legacy/test_renames",
        "statements": "frameworks/hf_trainer/test_connect",
    },
    "emission": {
        "concrete": "emission/test_layout",
        "module": "train_function/test_placement",
        "needed_imports": "suppression/test_selection",
        "syntax_versions": "script/test_newer_syntax",
    },
    "frameworks": {
        "retarget": "test_cli",
        "runtimes": "test_cli",
        "starts": "test_script_fixtures",
        "steps": "test_script_fixtures",
    },
    "frameworks/accelerate": {
        "config_written_out": "launch_commands/test_launch_settings",
        "notebook_launches": "frameworks/accelerate/test_notebook_launcher",
    },
    "frameworks/accelerate/loops": {"loop_kinds": "frameworks/accelerate/loops/test_epoch_loops"},
    "frameworks/accelerate/ranks": {
        "rank_tests": "frameworks/accelerate/ranks/test_for_some_ranks",
        "rank_values": "frameworks/accelerate/ranks/test_every_rank",
    },
    "frameworks/accelerate/report": {
        "computed_metrics": "frameworks/accelerate/report/test_metrics",
        "epoch_calls": "frameworks/accelerate/report/test_metrics",
        "numbers": "frameworks/accelerate/report/test_code",
        "printed_values": "frameworks/accelerate/report/test_metrics",
        "readable_metrics": "frameworks/accelerate/report/test_metrics",
    },
    "frameworks/hf_trainer": {
        "configs": "frameworks/hf_trainer/test_moved_arguments",
        "constructors": "frameworks/hf_trainer/test_old_overrides",
        "gone_arguments": "releases/test_arguments",
        "library_classes": "frameworks/hf_trainer/test_moved_names",
        "arguments_classes": "frameworks/hf_trainer/test_old_attributes",
        "positional_arguments": "frameworks/hf_trainer/test_connect",
        "save_strategy": "frameworks/hf_trainer/test_old_arguments",
        "trainer_classes": "frameworks/hf_trainer/test_connect",
        "unseen": "frameworks/hf_trainer/test_trainings",
    },
    "frameworks/ray_legacy": {
        "datasets": "frameworks/ray_legacy/test_transformers_trainer",
        "imports": "frameworks/ray_legacy/test_renames",
        "init_called": "frameworks/ray_legacy/test_transformers_trainer",
        "init_function": "frameworks/ray_legacy/test_transformers_trainer",
        "last_save": "frameworks/ray_legacy/test_transformers_trainer",
        "legacy_names": "frameworks/ray_legacy/test_renames",
        "legacy_uses": "frameworks/ray_legacy/test_oldest_forms",
        "modern_forms": "frameworks/ray_legacy/test_checkpoints",
        "resources": "frameworks/ray_legacy/test_renames",
        "results": "frameworks/ray_legacy/test_transformers_trainer",
        "shards": "frameworks/ray_legacy/test_transformers_trainer",
        "trainer_calls": "frameworks/ray_legacy/test_transformers_trainer",
    },
    "hazards": {
        "foreign_ranks": "rules/test_rule_fixtures",
        "known_systems": "hazards/test_other_systems",
        "steps": "hazards/test_environment",
    },
    "launch_commands": {
        "launch": "launch_commands/test_from_text",
        "shell_words": "launch_commands/test_shell",
    },
    "output": {
        "sarif": "output/test_machine_formats",
        "side_by_side": "output/test_console",
        "terminal": "output/test_console",
    },
    "pipeline": {
        "ask_first": "pipeline/test_delivery",
        "file_outcome": "commands/test_run",
        "file_settings": "project/test_settings_file",
        "joint_delivery": "project/test_generated_projects",
        "one_file": "test_anything",
        "outcomes": "test_cli",
        "related_files": "project/test_generated_projects",
    },
    "project": {
        "modules": "project/test_generated_projects",
        "uncommitted": "pipeline/test_delivery",
    },
    "rules": {
        "__init__": "rules/test_rules",
        "accelerate": "rules/test_rule_fixtures",
        "assembly": "rules/test_rule_fixtures",
        "hazards": "rules/test_rule_fixtures",
        "hf_trainer": "rules/test_rule_fixtures",
        "ray_legacy": "rules/test_rule_fixtures",
        "rule": "rules/test_rules",
        "suppression": "rules/test_rule_fixtures",
    },
    "releases": {"table": "releases/test_arguments"},
    "script": {
        "registries": "script/test_facts",
        "__init__": "script/test_script",
        "bound_names": "frameworks/accelerate/report/test_places",
        "comment_lines": "suppression/test_remarks",
        "expressions": "frameworks/accelerate/report/test_metrics",
        "facts": "frameworks/hf_trainer/test_connect",
        "functions": "frameworks/accelerate/test_accelerators",
        "neighbours": "frameworks/accelerate/loops/test_epoch_loops",
        "origins": "hazards/test_other_systems",
        "uses": "frameworks/hf_trainer/test_trainings",
        "reach": "frameworks/hf_trainer/test_connect",
        "spread": "frameworks/hf_trainer/test_old_attributes",
        "syntax": "frameworks/accelerate/ranks/test_jumps",
        "tree": "frameworks/hf_trainer/test_connect",
    },
    "suppression": {"stale": "suppression/test_settled"},
    "train_function": {
        "commands": "project/test_generated_projects",
        "light_code": "train_function/test_placement",
        "statements": "train_function/test_placement",
        "worker_start": "train_function/test_launch",
    },
}
RUNTIME: Mapping[str, Room] = {
    ".": {"torch": "test_two_workers", "transformers": "training/test_trainer_callback"},
    "accelerate_config": {"environment": "accelerate_config/test_config", "file": "accelerate_config/test_config"},
    "checkpoints": {"random_states": "checkpoints/test_resume", "source": "checkpoints/test_upload"},
    "driver": {"forwarded_variables": "driver/test_overrides"},
    "metrics": {"outbox": "training/test_trainer_callback"},
    "storage": {"files": "checkpoints/test_upload"},
    "training": {"epoch_loop": "test_accelerate"},
    "worker": {"session": "test_accelerate", "stalled_ranks": "test_two_workers"},
}
