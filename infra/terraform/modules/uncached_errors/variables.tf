# It is the same for every distribution.
