"""What the tests share: the emulator, a keyring of their own, guards against leaks."""
