# Where alarms and the budget are told, and who listens.

module "topic" {
  source = "../topic"

  name       = "${var.prefix}notices"
  partition  = var.partition
  region     = var.region
  account_id = var.account_id
  key_arn    = var.key_arn

  publishers = {
    Alarms = {
      principal = "cloudwatch.amazonaws.com"
      condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }
    Budgets = {
      principal = "budgets.amazonaws.com"
      condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }
    Mail = {
      principal = "ses.amazonaws.com"
      condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }
  }
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.emails

  topic_arn = module.topic.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_budgets_budget" "month" {
  name         = "${var.prefix}month"
  budget_type  = "COST"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:Environment$%s", var.environment)]
  }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }

    content {
      notification_type         = notification.key
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [module.topic.arn]
    }
  }
}
