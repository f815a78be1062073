"""How a script has been launched so far: torchrun, accelerate launch, deepspeed."""
