output "subnet_group" {
  description = "Subnet group of the server."
  value       = aws_db_subnet_group.this.name
}

output "monitoring_role_arn" {
  description = "Role with which RDS writes down the operating system's figures."
  value       = aws_iam_role.monitoring.arn

  # RDS is refused a role that may not write yet.
  depends_on = [aws_iam_role_policy_attachment.monitoring]
}
