output "url_secret" {
  description = "Secret with the address for services, as a task definition names it, and its ARN."
  value       = { value_from = module.url.version_arn, arn = module.url.arn }
}

output "name" {
  description = "Name of the cache."
  value       = aws_elasticache_replication_group.this.replication_group_id
}

output "node_names" {
  description = "Names of the nodes, as metrics name them."
  value       = [for index in range(var.nodes) : format("%s-%03d", var.name, index + 1)]
}
