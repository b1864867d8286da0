# The alarms that roll a deployment back: what the load balancer sees of the web role. No data is no traffic.

locals {
  target_dimensions = { for name, group in aws_lb_target_group.this : name => {
    TargetGroup = group.arn_suffix, LoadBalancer = var.load_balancer_suffix
  } }
}

module "release_alarms" {
  source = "../alarms"

  prefix    = "${var.context.prefix}${var.name}-"
  topic_arn = var.topic_arn

  alarms = merge([for name in values({ for name, role in local.target_groups : name => name if var.host != null }) : {
    "${replace(name, "/", "-")}-errors" = {
      description = "${var.name}: more than 2 % of the answers are 5xx. Runbook: docs/operations.md, errors."
      threshold   = 2
      periods     = 2
      region      = var.context.region
      expression  = "IF(requests > 20, 100 * errors / requests, 0)"
      metrics = {
        errors   = { namespace = "AWS/ApplicationELB", name = "HTTPCode_Target_5XX_Count", stat = "Sum", dimensions = local.target_dimensions[name] }
        requests = { namespace = "AWS/ApplicationELB", name = "RequestCount", stat = "Sum", dimensions = local.target_dimensions[name] }
      }
    }
    "${replace(name, "/", "-")}-slow" = {
      description = "${var.name}: one request in a hundred takes longer than a second. Runbook: docs/operations.md, slowness."
      threshold   = 1
      periods     = 3
      region      = var.context.region
      expression  = null
      metrics = {
        latency = { namespace = "AWS/ApplicationELB", name = "TargetResponseTime", stat = "p99", dimensions = local.target_dimensions[name] }
      }
    }
  }]...)
}
