output "functions" {
  description = "What a deployment has to know of each function: its name and alias, its kind, how a version takes over, and the alarms that take it back."
  value = { for role, spec in local.live : role => {
    name         = aws_lambda_function.role[role].function_name
    alias        = aws_lambda_alias.live[role].name
    kind         = spec.kind
    strategy     = spec.kind == "web" ? coalesce(var.strategy, spec.deployment.strategy) : "rolling"
    percent      = spec.deployment.percent
    step_minutes = spec.deployment.step_minutes
    bake_minutes = spec.deployment.bake_minutes
    alarms       = [for name, full in module.release_alarms.names : full if startswith(name, "${role}-")]
  } }
}

output "addresses" {
  description = "Where DNS sends each host, as an alias names it."
  value = { for host, domain in aws_apigatewayv2_domain_name.host : host => {
    name    = domain.domain_name_configuration[0].target_domain_name
    zone_id = domain.domain_name_configuration[0].hosted_zone_id
  } }
}

output "dimensions" {
  description = "How metrics name the API and the functions, by role."
  value       = { api = local.api_dimensions, functions = local.function_dimensions }
}
