"""The suite on this machine: what it is made of, how it comes up and goes down, how it is."""
