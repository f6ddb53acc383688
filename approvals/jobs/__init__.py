"""Background work: what is done without anybody waiting for it. ``worker`` alone knows the library that carries it."""
