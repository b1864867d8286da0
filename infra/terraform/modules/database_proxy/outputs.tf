output "url_secret" {
  description = "Secret with the address for the service, as a task definition names it, and its ARN."
  value = {
    arn        = local.secret_arn
    value_from = "${local.secret_arn}:url::${join("", aws_secretsmanager_secret_version.login[*].version_id)}"
  }
}

output "credentials_secret_arn" {
  description = "Secret with the login role's user name and password."
  value       = local.secret_arn
}

output "endpoint" {
  description = "Host name of the proxy."
  value       = aws_db_proxy.this.endpoint
}

output "name" {
  description = "Name of the proxy, as metrics name it."
  value       = aws_db_proxy.this.name
}
