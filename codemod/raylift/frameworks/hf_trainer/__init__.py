"""Scripts that train with a Hugging Face Trainer."""
