output "capacity_provider" {
  description = "Name of the capacity provider, for the cluster and for the services that run on the machines."
  value       = aws_ecs_capacity_provider.this.name
}
