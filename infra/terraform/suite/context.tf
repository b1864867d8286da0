# What every module of the environment is told: here, in us-east-1 for what is CloudFront's, and in further regions.
# Keys are made before it.

locals {
  context = {
    prefix             = local.prefix
    partition          = local.partition
    region             = var.region
    account_id         = local.account_id
    boundary_arn       = local.boundary_arn
    log_retention_days = var.log_retention_days
    log_key_arn        = module.log_key.arn
  }
  edge_context = merge(local.context, { region = "us-east-1", log_key_arn = module.edge_key.arn })
  contexts_elsewhere = { for region in keys(var.regions) :
    region => merge(local.context, { region = region, log_key_arn = module.replica_key[region].arn })
  }
}
