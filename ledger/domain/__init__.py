"""Pure accounting rules: the standard library only, no I/O."""
