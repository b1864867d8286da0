"""The commands of the command line, one module each; `slipway.__main__` lists them."""
