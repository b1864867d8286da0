# The way in: names, certificates, firewalls, the load balancer, and CloudFront.

locals {
  front       = var.open_to == "cloudfront"
  accelerated = var.upload_acceleration && anytrue([for bucket in values(local.buckets) : bucket.browser_uploads])

  # Shown by CloudFront to the load balancer.
  origin_header = { name = "X-Origin-Secret", value = random_password.origin.result }

  # ACM puts ten names on a certificate, of which up to three are the suite's own. Hosts are listed one by one while they
  # fit; beyond that a wildcard stands for all of them.
  certified = length(local.hosts) <= 7 ? values(local.hosts) : ["*.${var.domain}"]

  # What manifests limit: a whole service, and paths of it.
  limited = merge([for name in keys(local.hosts) : merge(
    { (replace(name, "_", "-")) = { service = name, path = "/", per_minute = local.services[name].gateway.per_second * 60 } },
    { for limit in local.services[name].gateway.limits :
      "${replace(name, "_", "-")}-${trim(replace(limit.path, "/[^A-Za-z0-9]+/", "-"), "-")}" => { service = name, path = limit.path, per_minute = limit.per_second * 60 }
    },
  )]...)

  # The ways to a service: its host, and the web app's origins with the service's name in the path.
  ways = { for limit, one in local.limited : limit => {
    host = { host = local.hosts[one.service], below = false, path = one.path }
    app  = { host = var.domain, below = true, path = "/api/${one.service}${one.path}" }
  } }

  # Each way is counted by the firewall that sees its clients' addresses. An HTTP API has no firewall: it limits all
  # clients together.
  regional_limits = { for limit, one in local.limited : limit => { per_minute = one.per_minute, ways = [local.ways[limit].host] } if !local.front && !contains(local.functions, one.service) }
  global_limits = { for limit, one in local.limited : limit => {
    per_minute = one.per_minute
    ways       = local.front ? values(local.ways[limit]) : [local.ways[limit].app]
  } }

  # CloudFront asks all services as one origin and waits for the slowest; 60 seconds are its most.
  read_timeout = min(60, max(1, values(local.public)[*].gateway.read_timeout...))

  # What manifests let the edge keep.
  cached = { for route in flatten([for name in keys(local.hosts) : local.services[name].gateway.cache]) : route.path => route.seconds... }

  # Where callers are asked for by their group, by path and host.
  grouped = { for path in keys(local.cached) : path => merge([for name, host in local.hosts : {
    for route in local.services[name].gateway.cache : host => route.groups if route.path == path && route.groups != null
  }]...) }

  # Where pages send files to and read them from, by signed addresses: here, and where the services stand by.
  storage_origins = [for region in concat([var.region], keys(local.standing)) : "https://*.s3.${region}.amazonaws.com"]

  # The first bucket that delivers anything; one CDN name is one bucket.
  delivering = [for bucket in values(local.buckets) : bucket if length(bucket.delivers) > 0]
}

resource "random_password" "origin" {
  length  = 48
  special = false
}

module "domain" {
  source = "../modules/domain"

  domain          = var.domain
  zone_id         = var.zone_id
  regional_names  = concat(local.certified, ["*.origin.${var.domain}"])
  further_regions = keys(local.standing)
  global_names    = concat(["app.${var.domain}", "cdn.${var.domain}"], local.certified) # the hosts too, so that they can move there at once
}

module "access_logs" {
  source = "../modules/access_logs"

  context       = local.context
  name          = "${local.prefix}access-logs-${local.account_id}"
  expire_days   = var.log_retention_days
  force_destroy = !var.deletion_protection
}

module "regional_firewall" {
  source = "../modules/web_firewall"

  context        = local.context
  name           = "${local.prefix}regional"
  scope          = "REGIONAL"
  per_minute     = var.requests_per_minute
  limits         = local.regional_limits
  trusted_header = local.origin_header
  trusted_below  = "origin.${var.domain}"
}

module "global_firewall" {
  source = "../modules/web_firewall"

  context    = local.edge_context
  name       = "${local.prefix}global"
  scope      = "CLOUDFRONT"
  per_minute = var.requests_per_minute
  limits     = local.global_limits
}

module "load_balancer" {
  source = "../modules/load_balancer"

  name                = local.name
  region              = var.region
  subnet_ids          = module.network.public_subnet_ids
  security_group_ids  = module.firewall.edge_ids
  certificate_arn     = module.domain.regional_certificate_arn
  browser_origin      = length(var.browser_origins) == 0 ? local.app_origin : null
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
  read_timeout        = local.read_timeout
  apex                = !contains(var.zone_keeps, "apex")
  origin_header       = local.origin_header
  certificate_arn     = module.domain.global_certificate_arn
  zone_id             = module.domain.zone_id
  web_acl_arn         = module.global_firewall.arn
  price_class         = var.price_class
  log_destination_arn = module.access_logs.destination_arn

  content_security_policy = coalesce(var.content_security_policy, join("; ", [
    "default-src 'self'",
    join(" ", concat(["connect-src 'self' https://*.${var.domain}"], local.storage_origins, local.accelerated ? ["https://*.s3-accelerate.amazonaws.com"] : [])),
    join(" ", concat(["img-src 'self' data: blob: https://cdn.${var.domain}"], local.storage_origins)),
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
  browser_origins     = [for origin in local.browser_origins : origin if startswith(origin, "http")] # CloudFront knows no others
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
  cached              = { for path, seconds in local.cached : path => max(seconds...) }
  groups              = { for path, hosts in local.grouped : path => hosts if length(hosts) > 0 }
  origin_host         = "all.origin.${var.domain}"
  elsewhere           = { for name in local.functions : local.hosts[name] => local.origin_hosts[name] if contains(keys(local.hosts), name) }
  read_timeout        = local.read_timeout
  origin_header       = local.origin_header
  certificate_arn     = module.domain.global_certificate_arn
  web_acl_arn         = module.global_firewall.arn
  price_class         = var.price_class
  log_destination_arn = module.access_logs.destination_arn
}

# Where each host is. A host has its record whichever way leads to it, so that another way in changes the record and
# never takes it away. CloudFront has addresses of IPv6, the load balancer has not. Where the services stand by elsewhere
# too, what leads to this region is the first of two (standing_names.tf).
resource "aws_route53_record" "host" {
  for_each = merge([for host in values(local.hosts) : {
    for type in local.front ? ["A", "AAAA"] : ["A"] : "${host}/${type}" => { host = host, type = type }
  }]...)

  zone_id = module.domain.zone_id
  name    = each.value.host
  type    = each.value.type

  set_identifier  = one(local.host_primary[*].region)
  health_check_id = one(local.host_primary[*].health_check_id)

  dynamic "failover_routing_policy" {
    for_each = local.host_primary

    content {
      type = "PRIMARY"
    }
  }

  alias {
    name                   = local.host_addresses[each.value.host].name
    zone_id                = local.host_addresses[each.value.host].zone_id
    evaluate_target_health = !local.front && !local.fails_over && !contains(flatten(values(local.function_hosts)), each.value.host)
  }
}

# Where CloudFront finds the load balancer.
resource "aws_route53_record" "origin" {
  zone_id = module.domain.zone_id
  name    = "*.origin.${var.domain}"
  type    = "A"

  set_identifier  = one(local.primary[*].region)
  health_check_id = one(local.primary[*].health_check_id)

  dynamic "failover_routing_policy" {
    for_each = local.primary

    content {
      type = "PRIMARY"
    }
  }

  alias {
    name                   = module.load_balancer.address.name
    zone_id                = module.load_balancer.address.zone_id
    evaluate_target_health = !local.fails_over
  }
}
