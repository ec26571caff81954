"""One bulk job on many machines: a scheduler hands batches to workers with the engine."""
