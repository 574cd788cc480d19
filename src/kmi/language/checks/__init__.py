"""The checks on the typed tree: sharing, moves, contexts, locks. ``semantics`` runs them in their order."""
