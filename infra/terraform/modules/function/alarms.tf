# What takes a version back while it is brought into service, and what somebody has to look at.

locals {
  api_dimensions = { for role, api in aws_apigatewayv2_api.this : role => { ApiId = api.id } }

  # Of the alias: whichever version answers.
  function_dimensions = { for role, name in local.names : role => { FunctionName = name, Resource = "${name}:${local.alias}" } }
}

module "release_alarms" {
  source = "../alarms"

  prefix    = "${var.context.prefix}${var.name}-"
  topic_arn = var.topic_arn

  alarms = merge(
    merge([for role in keys(local.api) : {
      "${role}-function-errors" = {
        description = "${var.name}: more than 2 % of the answers are 5xx. Runbook: docs/operations.md, errors."
        threshold   = 2
        periods     = 2
        expression  = "IF(requests > 20, 100 * errors / requests, 0)"
        metrics = {
          errors   = { namespace = "AWS/ApiGateway", name = "5xx", stat = "Sum", dimensions = local.api_dimensions[role] }
          requests = { namespace = "AWS/ApiGateway", name = "Count", stat = "Sum", dimensions = local.api_dimensions[role] }
        }
      }
      "${role}-function-slow" = {
        description = "${var.name}: one request in a hundred takes longer than two seconds, starts of functions included. Runbook: docs/operations.md, slowness."
        threshold   = 2000
        periods     = 3
        expression  = null
        metrics     = { latency = { namespace = "AWS/ApiGateway", name = "Latency", stat = "p99", dimensions = local.api_dimensions[role] } }
      }
    }]...),
    { for role in keys(local.worker) : "${role}-function-failures" => {
      description = "${var.name}, ${role}: calls of the function end with an error. Runbook: docs/operations.md, errors."
      threshold   = 5
      periods     = 2
      expression  = null
      metrics     = { errors = { namespace = "AWS/Lambda", name = "Errors", stat = "Sum", dimensions = local.function_dimensions[role] } }
    } },
  )
}

module "alarms" {
  source = "../alarms"

  prefix    = "${var.context.prefix}${var.name}-"
  topic_arn = var.topic_arn

  alarms = merge(
    { for role in keys(local.all) : "${role}-throttled" => {
      description = "${var.name}, ${role}: as many functions run as may, and calls are refused. Runbook: docs/operations.md, slowness."
      threshold   = 10
      periods     = 3
      metrics     = { throttles = { namespace = "AWS/Lambda", name = "Throttles", stat = "Sum", dimensions = { FunctionName = local.names[role] } } }
    } },
    { for role in length(var.streams) == 0 ? [] : keys(local.worker) : "${role}-behind" => {
      description = "${var.name}, ${role}: changes of a table wait for more than ten minutes; after a day they are lost. Runbook: docs/operations.md, queues."
      threshold   = 600000
      periods     = 3
      metrics     = { age = { namespace = "AWS/Lambda", name = "IteratorAge", stat = "Maximum", dimensions = local.function_dimensions[role] } }
    } },
  )
}
