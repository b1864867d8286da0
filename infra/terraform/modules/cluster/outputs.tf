output "name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_ecs_cluster.this.arn

  # A service that asks for Fargate or Fargate Spot is refused before the cluster has them.
  depends_on = [aws_ecs_cluster_capacity_providers.this]
}

output "namespace_arn" {
  description = "Namespace of inner names; null without them."
  value       = one(aws_service_discovery_http_namespace.inner[*].arn)
}
