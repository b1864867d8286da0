output "arn" {
  description = "ARN of the secret."
  value       = aws_secretsmanager_secret.this.arn
}

output "version_arn" {
  description = "The secret's present version as a task definition names it, so that a new version is a new task definition: `<arn>:::<version id>`."
  value       = "${aws_secretsmanager_secret.this.arn}:::${aws_secretsmanager_secret_version.this.version_id}"
}
