"""Names of the ledger's notes by which an engine and the people beside it tell each other something."""

STOP_REQUEST = "stop_requested"
"""A console asks an engine to end that it may not signal."""

ENGINE_PROBLEM = "engine_problem"
"""Code and arguments of what keeps the engine from working, as JSON; empty where nothing does."""
