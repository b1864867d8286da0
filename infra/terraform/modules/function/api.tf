# The way to the API: an HTTP API with the service's host, throttled as its manifest says.

resource "aws_apigatewayv2_api" "this" {
  for_each = local.api

  name                         = local.names[each.key]
  description                  = "${var.name} as a function"
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = true # only the hosts below, which have our certificate

  tags = { Name = local.names[each.key] }
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = local.api

  api_id                 = aws_apigatewayv2_api.this[each.key].id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = "arn:${var.context.partition}:apigateway:${var.context.region}:lambda:path/2015-03-31/functions/${local.alias_arns[each.key]}/invocations"
  payload_format_version = "2.0"
  timeout_milliseconds   = min(30000, local.timeouts[each.key] * 1000 + 1000) # the function's own end comes first
}

resource "aws_apigatewayv2_route" "all" {
  #checkov:skip=CKV_AWS_309:Services verify tokens themselves, as they do in tasks; some of their calls are for everybody
  for_each = local.api

  api_id    = aws_apigatewayv2_api.this[each.key].id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.function[each.key].id}"
}

resource "aws_apigatewayv2_stage" "all" {
  for_each = local.api

  api_id      = aws_apigatewayv2_api.this[each.key].id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit    = var.per_second
    throttling_burst_limit   = var.burst
    detailed_metrics_enabled = true
  }

  # Beside what the function itself logs.
  access_log_settings {
    destination_arn = "arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:log-group:${var.log_group_names[each.key]}"
    format = jsonencode({ for field, value in {
      request_id  = "requestId", address = "identity.sourceIp", time = "requestTime", method = "httpMethod", path = "path"
      protocol    = "protocol", host = "domainName", status = "status", bytes = "responseLength", milliseconds = "responseLatency"
      integration = "integrationErrorMessage", error = "error.message", agent = "identity.userAgent"
    } : field => "$context.${value}" })
  }

  tags = { Name = local.names[each.key] }
}

locals {
  hosts = merge([for role in keys(local.api) : { for host in var.hosts : host => role }]...)
}

resource "aws_apigatewayv2_domain_name" "host" {
  for_each = local.hosts

  domain_name = each.key

  domain_name_configuration {
    certificate_arn = var.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }

  tags = { Name = each.key }
}

resource "aws_apigatewayv2_api_mapping" "host" {
  for_each = local.hosts

  api_id      = aws_apigatewayv2_api.this[each.value].id
  domain_name = aws_apigatewayv2_domain_name.host[each.key].domain_name
  stage       = aws_apigatewayv2_stage.all[each.value].name
}

resource "aws_lambda_permission" "api" {
  for_each = { for role in keys(local.api) : role => role if local.released }

  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.role[each.key].function_name
  qualifier     = aws_lambda_alias.live[each.key].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this[each.key].execution_arn}/*" # every route and stage of this one API
}
