"""Segments and campaigns."""
