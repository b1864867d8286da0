# What cannot be made again, in further regions too. By itself nothing answers there: after the loss of a region an
# environment is made from these copies (docs/operations.md), or the services stand by there (standing.tf).

locals {
  databases_elsewhere = merge([for region in keys(var.regions) : {
    for name in keys(local.postgres) : "${region}/${name}" => { region = region, service = name }
  }]...)

  # What expires within days is made anew rather than copied.
  kept_buckets = [for name, bucket in local.buckets : name if bucket.expire_days == null]

  images_elsewhere = merge([for region in keys(var.regions) : {
    for name in keys(local.services) : "${region}/${name}" => { region = region, service = name }
  }]...)
}

# The files that services keep, and a place for what expires where services stand by. The web app's are not here: a
# deployment brings them.
module "bucket_elsewhere" {
  source = "../modules/bucket"
  for_each = merge([for region in keys(var.regions) : {
    for name in keys(local.buckets) : "${region}/${name}" => { region = region, bucket = name }
    if contains(local.kept_buckets, name) || contains(keys(local.standing), region)
  }]...)

  name            = "${local.prefix}${each.value.bucket}${local.names_elsewhere[each.value.region].bucket_suffix}"
  region          = each.value.region
  partition       = local.partition
  key             = { arn = module.replica_key[each.value.region].arn }
  force_destroy   = !var.deletion_protection || !contains(local.kept_buckets, each.value.bucket)
  expire_days     = local.buckets[each.value.bucket].expire_days
  noncurrent_days = local.buckets[each.value.bucket].expire_days == null ? 30 : 1
  log_bucket      = contains(keys(local.standing), each.value.region) ? module.access_logs_elsewhere[each.value.region].bucket : null
  acceleration    = contains(keys(local.standing), each.value.region) && var.upload_acceleration && local.buckets[each.value.bucket].browser_uploads
  browser_origins = contains(keys(local.standing), each.value.region) && local.buckets[each.value.bucket].browser_uploads ? local.browser_origins : []

  notify = !contains(keys(local.standing), each.value.region) || local.buckets[each.value.bucket].notify_topic == null ? null : {
    topic_arn = module.topic_elsewhere["${each.value.region}/${local.buckets[each.value.bucket].notify_topic}"].arn
    prefix    = local.buckets[each.value.bucket].notify_prefix
  }
}

# A network because a database stands in one, also while it only follows; with a way in and out where services stand by.
module "network_elsewhere" {
  source   = "../modules/network"
  for_each = var.regions

  context = local.contexts_elsewhere[each.key]
  name    = "${local.name}-${each.key}"
  cidr    = each.value.cidr
  zones   = each.value.zones
  nat     = each.value.standing ? var.network.nat : "none"

  encryption_control = each.value.standing ? var.network.encryption_control : "none"
}

resource "aws_db_subnet_group" "elsewhere" {
  for_each = var.regions

  region      = each.key
  name        = local.name
  description = "Isolated subnets"
  subnet_ids  = values(module.network_elsewhere[each.key].isolated_subnet_ids)
}

# It has no rule: nobody asks a database that follows, but where services stand by, which has a group of its own for each.
resource "aws_security_group" "elsewhere" {
  #checkov:skip=CKV2_AWS_5:It is attached by the module that is given its id
  for_each = var.regions

  region      = each.key
  name        = "${local.prefix}database"
  description = "Databases that follow those of another region"
  vpc_id      = module.network_elsewhere[each.key].vpc_id
  tags        = { Name = "${local.prefix}database" }
}

resource "aws_rds_global_cluster" "this" {
  #checkov:skip=CKV_AWS_140:It is made of a cluster that is encrypted, and has that from it
  for_each = length(var.regions) > 0 ? local.postgres : {}

  global_cluster_identifier    = local.database_names[each.key]
  source_db_cluster_identifier = module.aurora[each.key].arn
  deletion_protection          = var.deletion_protection
  force_destroy                = true # it lets its members go, and each stays as a cluster of its own
}

module "aurora_elsewhere" {
  source   = "../modules/aurora"
  for_each = local.databases_elsewhere

  context             = local.contexts_elsewhere[each.value.region]
  name                = local.database_names[each.value.service]
  global_cluster      = aws_rds_global_cluster.this[each.value.service].id
  engine_version      = var.database.version
  capacity            = var.database.capacity
  multi_az            = false
  backup_days         = var.database.backup_days
  deletion_protection = var.deletion_protection
  subnet_group        = aws_db_subnet_group.elsewhere[each.value.region].name
  monitoring_role_arn = module.database_place[each.value.service].monitoring_role_arn
  security_group_id   = contains(keys(local.standing), each.value.region) ? module.firewall_elsewhere[each.value.region].database_ids[each.value.service] : aws_security_group.elsewhere[each.value.region].id
  key_arn             = module.replica_key[each.value.region].arn
}

module "registry_elsewhere" {
  source   = "../modules/registry"
  for_each = local.images_elsewhere

  name         = "${local.name}/${each.value.service}"
  region       = each.value.region
  key_arn      = module.replica_key[each.value.region].arn
  force_delete = !var.deletion_protection
}

# The account's replication of images is bootstrap's: a region has one for all environments (bootstrap/replication.tf).
removed {
  from = aws_ecr_replication_configuration.this

  lifecycle {
    destroy = false
  }
}

# An alarm tells a topic of its own region.
module "notices_elsewhere" {
  source   = "../modules/notices"
  for_each = var.regions

  context = local.contexts_elsewhere[each.key]
  prefix  = "${local.prefix}${each.key}-"
  key_arn = module.replica_key[each.key].arn
  emails  = var.notice_emails
}

# What S3 could not copy within a quarter of an hour.
module "copy_alarms" {
  source = "../modules/alarms"

  prefix    = local.prefix
  topic_arn = module.notices.topic_arn

  alarms = merge([for region in keys(var.regions) : { for name in local.kept_buckets : "${name}-bucket-late-${region}" => {
    description = "Files of ${name} wait for more than a quarter of an hour to be copied to ${region}. Runbook: docs/operations.md, copies."
    threshold   = 900
    periods     = 3
    metrics = { late = { namespace = "AWS/S3", name = "ReplicationLatency", stat = "Maximum", dimensions = {
      SourceBucket      = module.bucket[name].name
      DestinationBucket = module.bucket_elsewhere["${region}/${name}"].name
      RuleId            = region
    } } }
  } }]...)
}

# How far a database that follows is behind is what a loss of the region would take. One that says nothing does not follow.
module "alarms_elsewhere" {
  source   = "../modules/alarms"
  for_each = length(local.postgres) == 0 ? {} : var.regions

  prefix    = "${local.prefix}${each.key}-"
  topic_arn = module.notices_elsewhere[each.key].topic_arn

  alarms = { for name in keys(local.postgres) : "${name}-database-behind" => {
    description = "The database of ${name} in ${each.key} is more than ten seconds behind, or does not follow. Runbook: docs/operations.md, the database."
    threshold   = 10000
    periods     = 5
    missing     = "breaching"
    region      = each.key
    metrics = { lag = {
      namespace  = "AWS/RDS", name = "AuroraGlobalDBReplicationLag", stat = "Maximum"
      dimensions = { DBClusterIdentifier = module.aurora_elsewhere["${each.key}/${name}"].identifier }
    } }
  } }
}
