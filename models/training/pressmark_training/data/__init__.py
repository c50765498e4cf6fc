"""Data sets as the recipe reads them: the registry, readers, label masks, name exchange."""
