# The way in: names, certificates, firewalls, the load balancer, and CloudFront.

locals {
  front = var.open_to == "cloudfront"

  # Shown by CloudFront to the load balancer.
  origin_header = { name = "X-Origin-Secret", value = random_password.origin.result }

  # ACM puts ten names on a certificate, of which up to three are the suite's own. Hosts are listed one by one while they
  # fit; beyond that a wildcard stands for all of them.
  certified = length(local.hosts) <= 7 ? values(local.hosts) : ["*.${var.domain}"]

  limits = {
    hosts = { for name, host in local.hosts : host => local.services[name].gateway.per_second * 60 }
    paths = merge([for name, host in local.hosts : {
      for limit in local.services[name].gateway.limits :
      "${name}-${trim(replace(limit.path, "/[^A-Za-z0-9]+/", "-"), "-")}" => { host = host, path = limit.path, per_minute = limit.per_second * 60 }
    }]...)
  }

  # The first bucket that delivers anything; one CDN name is one bucket.
  delivering = [for bucket in values(local.buckets) : bucket if length(bucket.delivers) > 0]
}

resource "random_password" "origin" {
  length  = 48
  special = false
}

module "domain" {
  source = "../modules/domain"

  domain         = var.domain
  zone_id        = var.zone_id
  regional_names = concat(local.certified, ["*.origin.${var.domain}"])
  global_names   = concat(["app.${var.domain}", "cdn.${var.domain}"], [for name in local.certified : name if local.front])
}

module "access_logs" {
  source = "../modules/access_logs"

  name          = "${local.prefix}access-logs-${local.account_id}"
  partition     = local.partition
  account_id    = local.account_id
  expire_days   = var.log_retention_days
  force_destroy = !var.deletion_protection
}

module "regional_firewall" {
  source = "../modules/web_firewall"

  name               = "${local.prefix}regional"
  scope              = "REGIONAL"
  per_minute         = var.requests_per_minute
  host_limits        = local.limits.hosts
  path_limits        = local.limits.paths
  trusted_header     = local.origin_header
  log_retention_days = var.log_retention_days
  log_key_arn        = module.log_key.arn
}

module "global_firewall" {
  source = "../modules/web_firewall"

  name               = "${local.prefix}global"
  scope              = "CLOUDFRONT"
  region             = "us-east-1"
  per_minute         = var.requests_per_minute
  host_limits        = local.front ? local.limits.hosts : {}
  path_limits        = local.front ? local.limits.paths : {}
  log_retention_days = var.log_retention_days
  log_key_arn        = module.edge_key.arn
}

module "load_balancer" {
  source = "../modules/load_balancer"

  name                = local.name
  subnet_ids          = module.network.public_subnet_ids
  security_group_id   = module.firewall.edge_id
  certificate_arn     = module.domain.regional_certificate_arn
  hosts               = concat(["*.origin.${var.domain}"], [for host in values(local.hosts) : host if !local.front])
  zone_id             = module.domain.zone_id
  browser_origin      = local.app_origin
  web_acl_arn         = module.regional_firewall.arn
  log_bucket          = module.access_logs.bucket
  deletion_protection = var.deletion_protection
}

module "site_bucket" {
  source = "../modules/bucket"

  name          = "${local.prefix}site-${local.account_id}"
  partition     = local.partition
  key           = { arn = module.data_key.arn }
  log_bucket    = module.access_logs.bucket
  force_destroy = !var.deletion_protection

  grants = { Site = {
    principal = "cloudfront.amazonaws.com"
    actions   = ["s3:GetObject"]
    keys      = ["*"] # the web app is public, all of it
    condition = { StringEquals = { "aws:SourceArn" = module.site.arn } }
  } }
}

module "site" {
  source = "../modules/site"

  prefix              = local.prefix
  domain              = var.domain
  bucket_domain_name  = module.site_bucket.regional_domain_name
  services            = local.origin_hosts
  origin_header       = local.origin_header
  certificate_arn     = module.domain.global_certificate_arn
  zone_id             = module.domain.zone_id
  web_acl_arn         = module.global_firewall.arn
  price_class         = var.price_class
  log_destination_arn = module.access_logs.destination_arn

  content_security_policy = coalesce(var.content_security_policy, join("; ", [
    "default-src 'self'",
    "connect-src 'self' https://*.${var.domain} https://*.s3.${var.region}.amazonaws.com",
    "img-src 'self' data: blob: https://cdn.${var.domain} https://*.s3.${var.region}.amazonaws.com",
    "frame-ancestors 'none'",
  ]))
}

module "delivery" {
  source = "../modules/delivery"
  count  = length(local.delivering) > 0 ? 1 : 0

  prefix              = local.prefix
  domain              = var.domain
  bucket_domain_name  = "${local.addresses["bucket/${local.delivering[0].name}"]}.s3.${var.region}.amazonaws.com"
  delivers            = { for delivery in local.delivering[0].delivers : delivery.prefix => { access = delivery.access, seconds = delivery.seconds } }
  public_keys         = var.delivery_public_keys
  browser_origin      = local.app_origin
  certificate_arn     = module.domain.global_certificate_arn
  zone_id             = module.domain.zone_id
  web_acl_arn         = module.global_firewall.arn
  price_class         = var.price_class
  log_destination_arn = module.access_logs.destination_arn
}

module "front" {
  source = "../modules/front"
  count  = local.front ? 1 : 0

  prefix              = local.prefix
  hosts               = values(local.hosts)
  origin_host         = "all.origin.${var.domain}"
  origin_header       = local.origin_header
  certificate_arn     = module.domain.global_certificate_arn
  zone_id             = module.domain.zone_id
  web_acl_arn         = module.global_firewall.arn
  price_class         = var.price_class
  log_destination_arn = module.access_logs.destination_arn
}
