"""Calls: taken, made, held, passed on, recorded and noted; who is on duty."""
