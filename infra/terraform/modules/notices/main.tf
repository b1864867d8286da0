# Where alarms are told, and who listens. An alarm tells a topic of its own region only.

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

  region    = var.region
  topic_arn = module.topic.arn
  protocol  = "email"
  endpoint  = each.key
}
