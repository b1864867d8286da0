# Topics, the queues they feed, and mail.

module "topic" {
  source   = "../modules/topic"
  for_each = module.catalog.topics

  context = local.context
  name    = "${local.prefix}${each.key}"
  key_arn = module.data_key.arn

  publishers = merge(
    { for bucket in compact([each.value.bucket]) : "Bucket" => {
      principal = "s3.amazonaws.com"
      condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnEquals    = { "aws:SourceArn" = "arn:${local.partition}:s3:::${local.prefix}${bucket}${local.names.bucket_suffix}" }
      }
    } },
    { for topic in [each.key] : "Mail" => {
      principal = "ses.amazonaws.com"
      condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnEquals    = { "aws:SourceArn" = "arn:${local.partition}:ses:${var.region}:${local.account_id}:configuration-set/${local.prefix}mail" }
      }
    } if topic == "mail-events" },
  )
}

module "queue" {
  source   = "../modules/queue"
  for_each = local.queues

  context            = local.context
  name               = "${local.prefix}${each.key}"
  key_arn            = module.data_key.arn
  visibility_timeout = local.queue_timeouts[each.key]
  max_receives       = each.value.max_receives

  subscriptions = { for subscription in each.value.subscribes : subscription.topic => {
    topic_arn = module.topic[subscription.topic].arn
    types     = subscription.types
  } }
}

module "mail" {
  source = "../modules/mail"

  context          = local.context
  domain           = var.domain
  zone_id          = module.domain.zone_id
  dmarc            = !contains(var.zone_keeps, "dmarc")
  events_topic_arn = module.notices.topic_arn
  told_topic_arns  = [for name, topic in module.topic : topic.arn if name == "mail-events"]
}
