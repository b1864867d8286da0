# What everything is called, and what the manifests mean here.

data "aws_caller_identity" "this" {
  count = var.account_id == null ? 1 : 0
}

data "aws_partition" "this" {}

module "catalog" {
  source = "../modules/catalog"

  services = var.services_path
}

locals {
  name   = "${var.project}-${var.environment}"
  prefix = "${local.name}-"

  account_id = var.account_id == null ? data.aws_caller_identity.this[0].account_id : var.account_id
  partition  = data.aws_partition.this.partition

  names = {
    partition     = local.partition
    region        = var.region
    account_id    = local.account_id
    prefix        = local.prefix
    bucket_suffix = "-${local.account_id}" # buckets share one namespace with all of AWS
    domain        = var.domain
  }

  # Bootstrap's, by its name: what any role made here can be allowed at most.
  boundary_arn = var.role_boundary ? "arn:${local.partition}:iam::${local.account_id}:policy/${local.name}-boundary" : null

  # Composed rather than read: a role that may write a log and the task that has the role would wait for each other.
  log_group_arn = "arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:"

  services = module.catalog.services

  # Services that clients reach: at their subdomain, and through CloudFront at a name below `origin`.
  public       = { for name, service in local.services : name => service if service.visibility == "public" }
  hosts        = { for name, service in local.public : name => "${service.subdomain}.${var.domain}" }
  origin_hosts = { for name, service in local.public : name => "${service.subdomain}.origin.${var.domain}" }

  # The service whose manifest says `issuer: true`; null where none does.
  own_issuer     = try(one([for name, service in local.services : name if service.issuer]), null)
  issuer_service = try(coalesce(var.issuer.service, local.own_issuer), "")

  app_origin      = "https://app.${var.domain}"
  browser_origins = concat([local.app_origin], sort(var.browser_origins))

  tables  = { for table in flatten([for service in values(local.services) : service.stores.tables]) : table.name => table }
  buckets = { for bucket in flatten([for service in values(local.services) : service.stores.buckets]) : bucket.name => bucket }
  queues  = { for queue in flatten([for service in values(local.services) : service.queues]) : queue.name => queue }

  postgres = { for name, service in local.services : name => service.stores.postgres if service.stores.postgres != null }
  redis    = { for name, service in local.services : name => service.stores.redis if service.stores.redis != null }
}
