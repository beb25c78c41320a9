"""Installing: on Binder, from a wheel, without a network."""
