# Who is told of what.

module "notices" {
  source = "../modules/notices"

  context = local.context
  prefix  = local.prefix
  key_arn = module.data_key.arn
  emails  = var.notice_emails
}

# For the alarms on what lives in us-east-1.
module "edge_notices" {
  source = "../modules/notices"

  context = local.edge_context
  prefix  = "${local.prefix}edge-"
  key_arn = module.edge_key.arn
  emails  = var.notice_emails
}

module "budget" {
  source = "../modules/budget"

  prefix             = local.prefix
  environment        = var.environment
  topic_arn          = module.notices.topic_arn
  monthly_budget_usd = var.monthly_budget_usd
}

module "log_errors" {
  source   = "../modules/log_errors"
  for_each = local.services

  namespace = "${var.project}/${var.environment}"
  groups    = { for role, group in module.service[each.key].log_group_names : "${each.key}-${role}" => group }
}

module "service_alarms" {
  source   = "../modules/alarms"
  for_each = local.services

  prefix    = "${local.prefix}${each.key}-"
  topic_arn = module.notices.topic_arn
  alarms    = merge(local.role_alarms[each.key], local.queue_alarms[each.key])
}

module "store_alarms" {
  source = "../modules/alarms"

  prefix    = local.prefix
  topic_arn = module.notices.topic_arn
  alarms    = merge(local.database_alarms, local.cache_alarms, local.table_alarms, local.edge_alarms)
}

module "edge_alarms" {
  source = "../modules/alarms"

  prefix    = "${local.prefix}edge-"
  topic_arn = module.edge_notices.topic_arn

  alarms = merge(
    {
      certificate = {
        description = "The certificate of CloudFront runs out in less than 30 days: its renewal fails. Runbook: docs/operations.md, certificates."
        threshold   = 30
        below       = true
        periods     = 1
        seconds     = 86400
        region      = "us-east-1"
        metrics     = { days = { namespace = "AWS/CertificateManager", name = "DaysToExpiry", stat = "Minimum", dimensions = { CertificateArn = module.domain.global_certificate_arn } } }
      }
    },
    { for region, check in aws_route53_health_check.answers : "region-away" => {
      description = "The load balancer in ${region} does not answer Route 53: names lead to the region where the services stand by. Runbook: docs/operations.md, the region that answers."
      threshold   = 1
      below       = true
      periods     = 1
      region      = "us-east-1"
      missing     = "breaching"
      metrics     = { status = { namespace = "AWS/Route53", name = "HealthCheckStatus", stat = "Minimum", dimensions = { HealthCheckId = check.id } } }
    } if region == local.owner_region }, # once another region leads, that is no news
    { for name, id in local.distributions : "${name}-errors" => {
      description = "CloudFront answers more than 5 % of the requests to ${name} with 5xx. Runbook: docs/operations.md, errors."
      threshold   = 5
      periods     = 3
      region      = "us-east-1"
      metrics     = { rate = { namespace = "AWS/CloudFront", name = "5xxErrorRate", stat = "Average", dimensions = { DistributionId = id, Region = "Global" } } }
    } },
  )
}
