# Where Terraform remembers what it made. Passwords are not in it, but all of an environment's plan is, and who writes it
# decides what the next apply makes true: so it is kept under a key of its own, versioned, and readable by the roles below only. Terraform locks it with an object beside it, no table is needed.

data "aws_partition" "this" {}

locals {
  partition = data.aws_partition.this.partition
  bucket    = "${var.project}-state-${var.account_id}-${var.region}"
  state_arn = "arn:${local.partition}:s3:::${local.bucket}"
}

module "key" {
  source = "../modules/key"

  name        = "${var.project}-state"
  description = "Terraform's state"
  partition   = local.partition
  account_id  = var.account_id
}

module "bucket" {
  source = "../modules/bucket"

  name            = local.bucket
  partition       = local.partition
  key             = { arn = module.key.arn }
  noncurrent_days = 90
  log_bucket      = module.log_bucket.name
}

module "log_bucket" {
  source = "../modules/bucket"

  name        = "${local.bucket}-log"
  partition   = local.partition
  expire_days = 365

  grants = { Buckets = {
    principal = "logging.s3.amazonaws.com"
    actions   = ["s3:PutObject"]
    keys      = ["s3/*"] # below, AWS chooses
    condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
  } }
}
