"""Real processes, killed, stopped, starved of disk and spied upon."""
