"""The parts a suite is made of, one module each."""
