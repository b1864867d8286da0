output "family" {
  description = "Family of the task."
  value       = aws_ecs_task_definition.this.family
}

output "log_group_name" {
  description = "Name of its log group."
  value       = aws_cloudwatch_log_group.this.name
}
