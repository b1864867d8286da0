output "endpoint" {
  description = "Host name of the writer."
  value       = aws_rds_cluster.this.endpoint
}

output "identifier" {
  description = "Name of the cluster, as metrics name it."
  value       = aws_rds_cluster.this.cluster_identifier

  # A proxy is refused a cluster that has nobody in it.
  depends_on = [aws_rds_cluster_instance.this]
}

output "master_secret_arn" {
  description = "Secret that AWS keeps the master's user name and password in."
  value       = one(aws_rds_cluster.this.master_user_secret[*].secret_arn)
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_rds_cluster.this.arn

  # A global cluster is made of one that is there.
  depends_on = [aws_rds_cluster_instance.this]
}
