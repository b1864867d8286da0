output "endpoint" {
  description = "Host name of the server."
  value       = aws_db_instance.this.address
}

output "identifier" {
  description = "Name of the server, as metrics name it."
  value       = aws_db_instance.this.identifier
}

output "master_secret_arn" {
  description = "Secret that AWS keeps the master's user name and password in."
  value       = one(aws_db_instance.this.master_user_secret[*].secret_arn)
}
