output "edge_ids" {
  description = "Groups of the load balancer."
  value       = concat([aws_security_group.edge.id], aws_security_group.health_checks[*].id)
}

output "task_ids" {
  description = "Groups of the tasks, by service; `<service>-preparation` for the task that prepares its database."
  value       = { for name, group in aws_security_group.task : name => group.id }
}

output "machines_id" {
  description = "Group of the machines; null without them."
  value       = one([for name in local.machines : aws_security_group.task[name].id])
}

output "proxy_ids" {
  description = "Groups of the database proxies, by service."
  value       = { for name, group in aws_security_group.proxy : name => group.id }
}

output "database_ids" {
  description = "Groups of the databases, by service."
  value       = { for name, group in aws_security_group.database : name => group.id }
}

output "cache_id" {
  description = "Group of the cache."
  value       = aws_security_group.cache.id
}

output "endpoints_id" {
  description = "Group of the interface endpoints."
  value       = aws_security_group.endpoints.id
}
