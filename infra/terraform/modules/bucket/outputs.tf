output "name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.bucket

  # Whoever is given the name writes logs into it, which AWS tries at once.
  depends_on = [aws_s3_bucket_policy.this]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn

  # S3 copies into buckets only that keep versions.
  depends_on = [aws_s3_bucket_versioning.this]
}

output "regional_domain_name" {
  description = "Address under which CloudFront reads it."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
