output "url_secret" {
  description = "Secret with the address for the service, as a task definition names it, and its ARN."
  value = {
    arn        = aws_secretsmanager_secret.login.arn
    value_from = "${aws_secretsmanager_secret.login.arn}:url::${aws_secretsmanager_secret_version.login.version_id}"
  }
}

output "credentials_secret_arn" {
  description = "Secret with the login role's user name and password."
  value       = aws_secretsmanager_secret.login.arn
}

output "name" {
  description = "Name of the proxy, as metrics name it."
  value       = aws_db_proxy.this.name
}
