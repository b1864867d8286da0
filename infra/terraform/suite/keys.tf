# Three keys: what is kept, what is logged, and what is logged in us-east-1 because it is CloudFront's.

locals {
  this_account = { StringEquals = { "aws:SourceAccount" = local.account_id } }
  through      = ["kms:Decrypt", "kms:GenerateDataKey"]

  log_access = { for region in setunion([var.region, "us-east-1"], keys(var.regions)) : region => {
    principal = "logs.${region}.amazonaws.com"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
    condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${region}:${local.account_id}:log-group:*" } } # of this account
  } }
}

module "data_key" {
  source = "../modules/key"

  name                 = "${local.prefix}data"
  description          = "What ${local.name} keeps: stores, messages, secrets, images"
  partition            = local.partition
  account_id           = local.account_id
  deletion_window_days = var.deletion_protection ? 30 : 7

  services = {
    Topics  = { principal = "sns.amazonaws.com", actions = local.through, condition = local.this_account }
    Buckets = { principal = "s3.amazonaws.com", actions = local.through, condition = local.this_account }
    Alarms  = { principal = "cloudwatch.amazonaws.com", actions = local.through, condition = local.this_account }
    Budgets = { principal = "budgets.amazonaws.com", actions = local.through, condition = local.this_account }
    Mail    = { principal = "ses.amazonaws.com", actions = local.through, condition = local.this_account }
    Delivery = {
      principal = "cloudfront.amazonaws.com"
      actions   = ["kms:Decrypt"]
      condition = { ArnLike = { "aws:SourceArn" = "arn:${local.partition}:cloudfront::${local.account_id}:distribution/*" } } # of this account
    }
  }
}

module "log_key" {
  source = "../modules/key"

  name                 = "${local.prefix}logs"
  description          = "What ${local.name} logs"
  partition            = local.partition
  account_id           = local.account_id
  deletion_window_days = var.deletion_protection ? 30 : 7
  services             = { Logs = local.log_access[var.region] }
}

module "edge_key" {
  source = "../modules/key"

  name                 = "${local.prefix}edge"
  description          = "What ${local.name} logs and tells in us-east-1, where CloudFront's parts live"
  partition            = local.partition
  account_id           = local.account_id
  region               = "us-east-1"
  deletion_window_days = var.deletion_protection ? 30 : 7

  services = {
    Logs   = local.log_access["us-east-1"]
    Alarms = { principal = "cloudwatch.amazonaws.com", actions = local.through, condition = local.this_account }
  }
}

module "replica_key" {
  source   = "../modules/key"
  for_each = setunion(var.table_replicas, keys(var.regions))

  name                 = "${local.prefix}replica"
  description          = "Copies of what ${local.name} keeps"
  partition            = local.partition
  account_id           = local.account_id
  region               = each.key
  deletion_window_days = var.deletion_protection ? 30 : 7

  services = merge(
    { for name, access in {
      Logs   = lookup(local.log_access, each.key, null)
      Alarms = { principal = "cloudwatch.amazonaws.com", actions = local.through, condition = local.this_account }
    } : name => access if contains(keys(var.regions), each.key) },
    { for name, principal in { Topics = "sns", Buckets = "s3", Mail = "ses" } :
    name => { principal = "${principal}.amazonaws.com", actions = local.through, condition = local.this_account } if contains(keys(local.standing), each.key) },
  )
}
