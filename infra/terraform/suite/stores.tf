# What the manifests say is kept.

module "table" {
  source   = "../modules/table"
  for_each = local.tables

  name                = "${local.prefix}${each.key}"
  partition           = each.value.partition
  sort                = each.value.sort
  indexes             = each.value.indexes
  ttl                 = each.value.ttl
  stream              = each.value.stream
  key_arn             = module.data_key.arn
  replica_keys        = { for region, key in module.replica_key : region => key.arn }
  deletion_protection = var.deletion_protection
}

module "bucket" {
  source   = "../modules/bucket"
  for_each = local.buckets

  name            = "${local.prefix}${each.key}${local.names.bucket_suffix}"
  partition       = local.partition
  key             = { arn = module.data_key.arn }
  log_bucket      = module.access_logs.bucket
  force_destroy   = !var.deletion_protection
  acceleration    = var.upload_acceleration && each.value.browser_uploads
  browser_origins = each.value.browser_uploads || length(each.value.delivers) > 0 ? local.browser_origins : []

  expire_days     = each.value.expire_days
  noncurrent_days = each.value.expire_days == null ? 30 : 1 # what is deleted early is not kept longer than what is not

  copies = length(var.regions) == 0 || each.value.expire_days != null ? null : {
    role_name    = "${local.prefix}${each.key}-copies"
    account_id   = local.account_id
    boundary_arn = local.boundary_arn
    source       = var.region
    buckets = { for region in keys(var.regions) : region => {
      arn = module.bucket_elsewhere["${region}/${each.key}"].arn, key_arn = module.replica_key[region].arn
    } }
  }

  notify = each.value.notify_topic == null ? null : {
    topic_arn = module.topic[each.value.notify_topic].arn
    prefix    = each.value.notify_prefix
  }

  grants = { for statement, keys in { Delivery = [for delivery in each.value.delivers : "${delivery.prefix}*"] } : statement => {
    principal = "cloudfront.amazonaws.com"
    actions   = ["s3:GetObject"]
    keys      = keys
    condition = { StringEquals = { "aws:SourceArn" = one(module.delivery[*].arn) } }
  } if length(keys) > 0 }
}

locals {
  # RDS takes no underscore, which a service's name may have.
  database_names = { for name in keys(local.postgres) : name => "${local.prefix}${replace(name, "_", "-")}" }

  servers = merge(
    { for name, server in module.postgres : name => { kind = "instance", identifier = server.identifier, address = server.endpoint, master = server.master_secret_arn } },
    { for name, server in module.aurora : name => { kind = "cluster", identifier = server.identifier, address = server.endpoint, master = server.master_secret_arn } },
  )
}

module "database_place" {
  source   = "../modules/database_place"
  for_each = local.postgres

  context    = local.context
  name       = local.database_names[each.key]
  subnet_ids = module.network.isolated_subnet_ids
}

module "postgres" {
  source   = "../modules/postgres"
  for_each = var.database.engine == "instance" ? local.postgres : {}

  context             = local.context
  name                = local.database_names[each.key]
  engine_version      = var.database.version
  instance_class      = var.database.instance_class
  storage_gib         = var.database.storage_gib
  multi_az            = var.database.multi_az
  backup_days         = var.database.backup_days
  deletion_protection = var.deletion_protection
  subnet_group        = module.database_place[each.key].subnet_group
  monitoring_role_arn = module.database_place[each.key].monitoring_role_arn
  snapshot            = lookup(var.database.snapshots, each.key, null)
  security_group_id   = module.firewall.database_ids[each.key]
  key_arn             = module.data_key.arn
}

module "aurora" {
  source   = "../modules/aurora"
  for_each = var.database.engine == "aurora" ? local.postgres : {}

  context             = local.context
  name                = local.database_names[each.key]
  engine_version      = var.database.version
  capacity            = var.database.capacity
  multi_az            = var.database.multi_az
  backup_days         = var.database.backup_days
  deletion_protection = var.deletion_protection
  subnet_group        = module.database_place[each.key].subnet_group
  monitoring_role_arn = module.database_place[each.key].monitoring_role_arn
  snapshot            = lookup(var.database.snapshots, each.key, null)
  security_group_id   = module.firewall.database_ids[each.key]
  key_arn             = module.data_key.arn
}

module "database_proxy" {
  source   = "../modules/database_proxy"
  for_each = local.postgres

  context              = local.context
  name                 = local.database_names[each.key]
  server               = { kind = local.servers[each.key].kind, identifier = local.servers[each.key].identifier }
  database             = each.value.database
  role                 = each.value.database
  generation           = var.secret_generation
  replica_keys         = { for region in keys(local.standing) : region => module.replica_key[region].arn }
  subnet_ids           = module.network.isolated_subnet_ids
  security_group_id    = module.firewall.proxy_ids[each.key]
  key_arn              = module.data_key.arn
  secret_recovery_days = var.deletion_protection ? 30 : 0
}

module "cache" {
  source = "../modules/cache"
  count  = length(local.redis) > 0 ? 1 : 0

  context              = local.context
  name                 = "${local.prefix}cache"
  node_type            = var.cache.node_type
  nodes                = var.cache.nodes
  generation           = var.secret_generation
  subnet_ids           = module.network.isolated_subnet_ids
  security_group_id    = module.firewall.cache_id
  key_arn              = module.data_key.arn
  secret_recovery_days = var.deletion_protection ? 30 : 0
}
