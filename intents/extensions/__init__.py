"""Commands of a company or of an installed package, beside our own."""

from intents.extensions.fault import Fault
from intents.extensions.loading import Extension, clashes, load, loaded, taught, unload

__all__ = ["Extension", "Fault", "clashes", "load", "loaded", "taught", "unload"]
