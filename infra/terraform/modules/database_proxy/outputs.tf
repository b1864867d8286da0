output "url_secret" {
  description = "Secret with the address for the service, as a task definition names it, and its ARN."
  value       = { value_from = module.url.version_arn, arn = module.url.arn }
}

output "credentials_secret_arn" {
  description = "Secret with the login role's user name and password."
  value       = module.credentials.arn
}

output "name" {
  description = "Name of the proxy, as metrics name it."
  value       = aws_db_proxy.this.name
}

output "address" {
  description = "Host name of the proxy."
  value       = aws_db_proxy.this.endpoint
}
