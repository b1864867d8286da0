# What cannot be made again, in further regions too. Nothing answers there: after the loss of a region an environment is
# made from these copies (docs/operations.md).

locals {
  databases_elsewhere = merge([for region in keys(var.regions) : {
    for name in keys(local.postgres) : "${region}/${name}" => { region = region, service = name }
  }]...)

  images_elsewhere = merge([for region in keys(var.regions) : {
    for name in keys(local.services) : "${region}/${name}" => { region = region, service = name }
  }]...)
}

# A network without a way in or out. It is there because a database stands in one, also while it only follows.
module "network_elsewhere" {
  source   = "../modules/network"
  for_each = var.regions

  name               = "${local.name}-${each.key}"
  region             = each.key
  cidr               = each.value.cidr
  zones              = each.value.zones
  nat                = "none"
  account_id         = local.account_id
  log_retention_days = var.log_retention_days
  log_key_arn        = module.replica_key[each.key].arn
  boundary_arn       = local.boundary_arn
}

resource "aws_db_subnet_group" "elsewhere" {
  for_each = var.regions

  region      = each.key
  name        = local.name
  description = "Isolated subnets"
  subnet_ids  = values(module.network_elsewhere[each.key].isolated_subnet_ids)
}

# It has no rule: nobody asks a database that follows.
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

  name                = local.database_names[each.value.service]
  region              = each.value.region
  global_cluster      = aws_rds_global_cluster.this[each.value.service].id
  engine_version      = var.database.version
  capacity            = var.database.capacity
  multi_az            = false
  backup_days         = var.database.backup_days
  deletion_protection = var.deletion_protection
  subnet_group        = aws_db_subnet_group.elsewhere[each.value.region].name
  monitoring_role_arn = module.database_place[each.value.service].monitoring_role_arn
  security_group_id   = aws_security_group.elsewhere[each.value.region].id
  key_arn             = module.replica_key[each.value.region].arn
  log_retention_days  = var.log_retention_days
  log_key_arn         = module.replica_key[each.value.region].arn
}

module "registry_elsewhere" {
  source   = "../modules/registry"
  for_each = local.images_elsewhere

  name         = "${local.name}/${each.value.service}"
  region       = each.value.region
  key_arn      = module.replica_key[each.value.region].arn
  force_delete = !var.deletion_protection
}

# An account has one of these in a region: a second environment of the account that has copies needs a region of its own.
resource "aws_ecr_replication_configuration" "this" {
  count = length(var.regions) > 0 ? 1 : 0

  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = var.regions

        content {
          region      = destination.key
          registry_id = local.account_id
        }
      }

      repository_filter {
        filter      = "${local.name}/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }

  depends_on = [module.registry_elsewhere] # with our key and tags that never move, not as AWS would make them
}
