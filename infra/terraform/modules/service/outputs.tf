output "service_names" {
  description = "Names of the services on the cluster, by role."
  value       = { for role, service in aws_ecs_service.role : role => service.name }
}

output "task_families" {
  description = "Families of the task definitions, by role."
  value       = { for role, definition in aws_ecs_task_definition.role : role => definition.family }
}

output "one_off_tasks" {
  description = "Task definitions to run once per release, by role."
  value       = { for role, definition in aws_ecs_task_definition.role : role => definition.arn if var.roles[role].kind == "task" }
}

output "log_group_names" {
  description = "Log groups, by role."
  value       = { for role, group in aws_cloudwatch_log_group.role : role => group.name }
}

output "target_group_suffixes" {
  description = "How metrics name the web role's target groups, by role and color."
  value       = { for name, group in aws_lb_target_group.this : name => group.arn_suffix }
}

output "release_parameters" {
  description = "Parameters that hold the image tags, by slot."
  value       = { for slot, parameter in aws_ssm_parameter.release : slot => parameter.name }
}

output "release_tags" {
  description = "Image tags as they are now, by slot."
  value       = local.tags
}

output "floors" {
  description = "How many tasks run at least, by role; not of workers that stand by."
  value       = { for role, floor in local.floor : role => floor if !contains(keys(local.waiting), role) }
}
