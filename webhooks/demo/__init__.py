"""The demo: a believable small company, and the stand-ins of the services it talks to. Never part of `serve`."""
