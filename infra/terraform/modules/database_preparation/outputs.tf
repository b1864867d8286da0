output "task_definition_arn" {
  description = "The task to run."
  value       = aws_ecs_task_definition.this.arn
}

output "family" {
  description = "Family of the task."
  value       = aws_ecs_task_definition.this.family
}
