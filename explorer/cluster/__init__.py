"""One bulk job on many machines: a Dask scheduler hands batches to workers, each with the engine."""
