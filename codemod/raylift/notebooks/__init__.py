"""Notebooks: read into one script, lifted as such, and taken apart into cells again; all else of their JSON stays byte for byte."""
