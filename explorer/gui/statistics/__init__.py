"""Statistics of folders, containers and selections: figures, tables and a treemap."""
