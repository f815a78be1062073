"""What goes wrong on Ray workers in any script: GPUs chosen by hand (models spread over them: see device_maps), a process group of one's own, spawned processes.

os.environ["CUDA_VISIBLE_DEVICES"] = "0"                    removed: Ray gives each worker its GPU
os.environ["RANK"] = "0"                                    removed: Ray gives each worker its place
os.environ["SLURM_PROCID"]                                  os.environ["RANK"]
torch.distributed.init_process_group("nccl")                only where Ray has not done it
"""

from __future__ import annotations

from collections.abc import Iterator

from raylift.hazards import device_maps
from raylift.hazards.environment import gpus_by_hand, places_by_hand
from raylift.hazards.foreign_ranks import read_ranks_of_ray
from raylift.hazards.kernel_code import kernel_code
from raylift.hazards.local_rank import read_local_rank, refuse_star_imports
from raylift.hazards.one_program import refuse_one_program
from raylift.hazards.process_group import own_process_groups
from raylift.hazards.second_guards import refuse_other_guards
from raylift.hazards.sharding import tell_sharding_on_cpus
from raylift.hazards.spawned_processes import refuse_spawners
from raylift.plan import Case, Finding


def hazards(case: Case) -> Iterator[Finding]:
    """Repair or name what would hurt the run; refuse what starts processes of its own."""
    script, reached = case.script, case.reach
    yield from gpus_by_hand(script)
    yield from places_by_hand(script)
    yield from device_maps.repair_device_maps(script)
    yield from read_local_rank(script)
    yield from own_process_groups(script)
    yield from tell_sharding_on_cpus(case)
    yield from read_ranks_of_ray(script)
    yield from kernel_code(case)
    if case.trainings:
        refuse_spawners(script, reached)
        refuse_one_program(script, reached)
        refuse_star_imports(script)
        refuse_other_guards(case)
