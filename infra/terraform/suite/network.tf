module "network" {
  source = "../modules/network"

  context            = local.context
  name               = local.name
  cidr               = var.network.cidr
  zones              = var.network.zones
  nat                = var.network.nat
  nat_zone           = var.network.nat_zone
  encryption_control = var.network.encryption_control
}

module "firewall" {
  source = "../modules/firewall"

  prefix               = local.prefix
  region               = var.region
  vpc_id               = module.network.vpc_id
  open_to              = var.open_to
  internet             = var.network.nat != "none"
  inner_names          = var.inner_names
  machines             = var.machines != null
  health_checks        = local.fails_over
  gateway_prefix_lists = module.endpoints.gateway_prefix_lists
  services             = local.callers
}

locals {
  callers = { for name, service in local.services : name => {
    port     = service.port
    postgres = service.stores.postgres != null
    redis    = service.stores.redis != null
  } }
}

module "endpoints" {
  source = "../modules/endpoints"

  context           = local.context
  vpc_id            = module.network.vpc_id
  interface         = var.network.endpoints
  subnet_ids        = module.network.private_subnet_ids
  route_table_ids   = module.network.private_route_table_ids
  security_group_id = module.firewall.endpoints_id
}
