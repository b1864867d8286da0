# Where alarms are told, and who listens. An alarm tells a topic of its own region only.

module "topic" {
  source = "../topic"

  context = var.context
  name    = "${var.prefix}notices"
  key_arn = var.key_arn

  publishers = {
    Alarms = {
      principal = "cloudwatch.amazonaws.com"
      condition = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
    }
    Budgets = {
      principal = "budgets.amazonaws.com"
      condition = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
    }
    Mail = {
      principal = "ses.amazonaws.com"
      condition = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
    }
  }
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.emails

  region    = var.context.region
  topic_arn = module.topic.arn
  protocol  = "email"
  endpoint  = each.key
}
