"""What every service of the suite needs, and no noun of any one of them."""
