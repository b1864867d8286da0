output "arn" {
  description = "ARN of the distribution."
  value       = aws_cloudfront_distribution.this.arn
}

output "distribution_id" {
  description = "Id of the distribution, for invalidations and metrics."
  value       = aws_cloudfront_distribution.this.id
}

output "key_ids" {
  description = "CloudFront's ids of the public keys, by name; a signature names one."
  value       = { for name, key in aws_cloudfront_public_key.this : name => key.id }
}
