output "task_role_arn" {
  description = "Role of the service's code."
  value       = aws_iam_role.task.arn
}

output "task_role_name" {
  description = "Name of that role."
  value       = aws_iam_role.task.name
}

output "execution_role_arn" {
  description = "Role that starts its tasks."
  value       = aws_iam_role.execution.arn
}
