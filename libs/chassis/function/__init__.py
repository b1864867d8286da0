"""A service as AWS Lambda functions, from the same image: one for its API, one for what its worker does."""
