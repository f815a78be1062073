"""Lifts Hugging Face training scripts onto Ray Train."""
