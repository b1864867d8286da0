# A further region in which the services stand by: what they run in there, beside the copies of second_region.tf. It is the
# first region's once more, smaller, with the same names where AWS has them by region.

locals {
  standing   = { for region, place in var.regions : region => place if place.standing }
  fails_over = length(local.standing) > 0

  owner_region = coalesce(var.owner_region, var.region)

  # Roles are in no region, and their names are short: eu-central-1 is euc1 there.
  region_codes = { for region in keys(var.regions) : region =>
    replace(replace(replace(replace(replace(replace(region, "north", "n"), "south", "s"), "east", "e"), "west", "w"), "central", "c"), "-", "")
  }

  names_elsewhere = { for region, code in local.region_codes : region => merge(local.names, {
    region        = region
    bucket_suffix = "-${region}${local.names.bucket_suffix}"
    role_prefix   = "${local.prefix}${code}-"
  }) }
}

module "firewall_elsewhere" {
  source   = "../modules/firewall"
  for_each = local.standing

  prefix               = local.prefix
  region               = each.key
  vpc_id               = module.network_elsewhere[each.key].vpc_id
  open_to              = var.open_to
  internet             = var.network.nat != "none"
  inner_names          = var.inner_names
  gateway_prefix_lists = module.gateway_endpoints_elsewhere[each.key].gateway_prefix_lists
  services             = local.callers
}

# Two modules, because the firewall stands between them: the tasks' groups name these, and those have a group of their own.
module "gateway_endpoints_elsewhere" {
  source   = "../modules/endpoints"
  for_each = local.standing

  context         = local.contexts_elsewhere[each.key]
  vpc_id          = module.network_elsewhere[each.key].vpc_id
  subnet_ids      = module.network_elsewhere[each.key].private_subnet_ids
  route_table_ids = module.network_elsewhere[each.key].private_route_table_ids
}

module "interface_endpoints_elsewhere" {
  source   = "../modules/endpoints"
  for_each = local.standing

  context           = local.contexts_elsewhere[each.key]
  gateway           = []
  vpc_id            = module.network_elsewhere[each.key].vpc_id
  interface         = var.network.endpoints
  subnet_ids        = module.network_elsewhere[each.key].private_subnet_ids
  route_table_ids   = module.network_elsewhere[each.key].private_route_table_ids
  security_group_id = module.firewall_elsewhere[each.key].endpoints_id
}

# The load balancer writes its log in its own region only.
module "access_logs_elsewhere" {
  source   = "../modules/access_logs"
  for_each = local.standing

  context       = local.contexts_elsewhere[each.key]
  name          = "${local.prefix}access-logs-${each.key}-${local.account_id}"
  distributions = false
  expire_days   = var.log_retention_days
  force_destroy = true # its load balancer writes to the end, so nobody could empty it before
}

module "regional_firewall_elsewhere" {
  source   = "../modules/web_firewall"
  for_each = local.standing

  context        = local.contexts_elsewhere[each.key]
  name           = "${local.prefix}regional"
  scope          = "REGIONAL"
  per_minute     = var.requests_per_minute
  limits         = { for limit, one in local.limited : limit => { per_minute = one.per_minute, ways = [local.ways[limit].host] } if !local.front }
  trusted_header = local.origin_header
  trusted_below  = "origin.${var.domain}"
}

module "load_balancer_elsewhere" {
  source   = "../modules/load_balancer"
  for_each = local.standing

  name                = local.name
  region              = each.key
  subnet_ids          = module.network_elsewhere[each.key].public_subnet_ids
  security_group_ids  = module.firewall_elsewhere[each.key].edge_ids
  certificate_arn     = module.domain.further_certificate_arns[each.key]
  browser_origin      = length(var.browser_origins) == 0 ? local.app_origin : null
  web_acl_arn         = module.regional_firewall_elsewhere[each.key].arn
  log_bucket          = module.access_logs_elsewhere[each.key].bucket
  deletion_protection = var.deletion_protection && local.owner_region == each.key # one that nobody is led to may go
}

module "cluster_elsewhere" {
  source   = "../modules/cluster"
  for_each = local.standing

  context     = local.contexts_elsewhere[each.key]
  name        = local.name
  inner_names = var.inner_names
  key_arn     = module.replica_key[each.key].arn
}

module "cache_elsewhere" {
  source   = "../modules/cache"
  for_each = length(local.redis) > 0 ? local.standing : {}

  context              = local.contexts_elsewhere[each.key]
  name                 = "${local.prefix}cache"
  node_type            = var.cache.node_type
  nodes                = local.owner_region == each.key ? var.cache.nodes : 1
  generation           = var.secret_generation
  subnet_ids           = module.network_elsewhere[each.key].isolated_subnet_ids
  security_group_id    = module.firewall_elsewhere[each.key].cache_id
  key_arn              = module.replica_key[each.key].arn
  secret_recovery_days = 0 # made anew with the cache; one that is kept would keep its name, too
}

# Until the database there leads it has no writer, and the proxy refuses at once. The login is a copy of the first region's:
# roles and their passwords are in the database.
module "database_proxy_elsewhere" {
  source   = "../modules/database_proxy"
  for_each = { for place, one in local.databases_elsewhere : place => one if contains(keys(local.standing), one.region) }

  context           = local.contexts_elsewhere[each.value.region]
  name              = "${local.database_names[each.value.service]}-${local.region_codes[each.value.region]}"
  server            = { kind = "cluster", identifier = module.aurora_elsewhere[each.key].identifier }
  database          = local.postgres[each.value.service].database
  role              = local.postgres[each.value.service].database
  login             = { secret_arn = replace(module.database_proxy[each.value.service].credentials_secret_arn, ":${var.region}:", ":${each.value.region}:") }
  subnet_ids        = module.network_elsewhere[each.value.region].isolated_subnet_ids
  security_group_id = module.firewall_elsewhere[each.value.region].proxy_ids[each.value.service]
  key_arn           = module.replica_key[each.value.region].arn
}

module "standing_alarms" {
  source   = "../modules/alarms"
  for_each = local.standing

  prefix    = "${local.prefix}${each.key}-"
  topic_arn = module.notices_elsewhere[each.key].topic_arn

  alarms = merge(
    {
      certificate = merge(local.edge_alarms.certificate, {
        region  = each.key
        metrics = { days = { namespace = "AWS/CertificateManager", name = "DaysToExpiry", stat = "Minimum", dimensions = { CertificateArn = module.domain.further_certificate_arns[each.key] } } }
      })
      unanswered = merge(local.edge_alarms.unanswered, {
        region  = each.key
        metrics = { errors = { namespace = "AWS/ApplicationELB", name = "HTTPCode_ELB_5XX_Count", stat = "Sum", dimensions = { LoadBalancer = module.load_balancer_elsewhere[each.key].arn_suffix } } }
      })
    },
    # Queues have the same names there. Whether messages wait is asked where somebody takes them.
    { for name, alarm in merge(values(local.queue_alarms)...) : name => merge(alarm, { region = each.key })
    if local.owner_region == each.key || endswith(name, "-dead-letters") },
  )
}
