output "task_role_arn" {
  description = "Role of the service's code."
  value       = aws_iam_role.task.arn

  # A function is made only when its role may read its queues and streams.
  depends_on = [aws_iam_role_policy.function, aws_iam_role_policy.manifest]
}

output "task_role_name" {
  description = "Name of that role, for further policies."
  value       = aws_iam_role.task.name
}

output "execution_role_arn" {
  description = "Role that starts its tasks."
  value       = aws_iam_role.execution.arn

  # A task that starts before its role may read its secrets fails.
  depends_on = [aws_iam_role_policy.execution]
}
