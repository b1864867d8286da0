output "arn" {
  description = "ARN of the role."
  value       = aws_iam_role.this.arn
}

output "web_arn" {
  description = "ARN of the twin for web identities; null without one."
  value       = one(aws_iam_role.web[*].arn)
}
