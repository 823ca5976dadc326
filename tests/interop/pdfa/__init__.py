"""The rules behind pdfa_check.py: one module for each layer of a PDF."""
