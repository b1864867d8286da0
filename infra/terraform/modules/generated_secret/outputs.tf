output "secret" {
  description = "The secret as a task definition names it, and its ARN."
  value       = { value_from = module.secret.version_arn, arn = module.secret.arn }
}
