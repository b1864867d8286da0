"""What is checked, tested and generated in the checkout itself."""
