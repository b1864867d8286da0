"""Where records and files are kept: protocols in `base`, DynamoDB and S3, and memory for tests."""
