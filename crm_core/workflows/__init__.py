"""Triggers, conditions and actions."""
