# The services themselves.

module "registry" {
  source   = "../modules/registry"
  for_each = local.services

  name         = "${local.name}/${each.key}"
  key_arn      = module.data_key.arn
  force_delete = !var.deletion_protection

  # Of this service's roles, whichever they are.
  functions_arn = contains(local.functions, each.key) ? "arn:${local.partition}:lambda:${var.region}:${local.account_id}:function:${local.prefix}${each.key}-*" : null # one for each role
}

module "generated_secret" {
  source = "../modules/generated_secret"
  for_each = merge([for name, service in local.services : {
    for secret in service.secrets : "${name}/${secret.env}" => { service = name, env = secret.env, bytes = secret.bytes }
  }]...)

  name          = "${local.prefix}${each.key}"
  description   = "${each.value.env} of ${each.value.service}"
  bytes         = each.value.bytes
  key_arn       = module.data_key.arn
  replica_keys  = { for region in keys(var.regions) : region => module.replica_key[region].arn }
  recovery_days = var.deletion_protection ? 30 : 0
}

locals {
  # Values that are secret, by reference: `value_from` for the task definition, `arn` for the permission to read it.
  secrets = { for name, service in local.services : name => merge(
    { for secret in service.secrets : secret.env => module.generated_secret["${name}/${secret.env}"].secret },
    { for store in [service.stores.postgres] : store.env => module.database_proxy[name].url_secret if store != null },
    { for store in [service.stores.redis] : store.env => module.cache[0].url_secret if store != null },
    { for env, secret in local.edge_secrets : env => secret if name == local.deliverer },
  ) }

  # Every service's process gets these (chassis.settings.ServiceSettings).
  common_environment = merge(local.browser_environment, {
    PUBLIC_DOMAIN      = var.domain
    PUBLIC_PORT        = "443"
    AUTH_ISSUER        = local.issuer.url
    AUTH_AUDIENCE      = var.issuer.audience
    AUTH_JWKS_URL      = local.issuer.jwks_url
    AUTH_TOKEN_PROFILE = var.issuer.profile
    AWS_REGION         = var.region
    AWS_DEFAULT_REGION = var.region
    LOG_LEVEL          = var.log_level
    TRUSTED_PROXIES    = local.front ? "2" : "1"
  })

  # With other origins than the app's, which the load balancer has no room for, services answer browsers themselves.
  browser_environment = { for name in ["BROWSER_ORIGINS"] : name => join(" ", sort(var.browser_origins)) if length(var.browser_origins) > 0 }

  # Where clients come to the load balancer directly, the web app's calls come by CloudFront, one proxy more, and are known
  # by the host that they are asked of.
  edge_environment = { for name in ["EDGE_DOMAIN"] : name => "origin.${var.domain}" if !local.front }

  # Which services run on machines: those that the environment names, else all. Migrations and preparations stay on
  # Fargate: they run for minutes, and must be able to when no machine has room.
  machine_types = try(coalescelist(var.machines.types, var.architecture == "ARM64" ? ["m7g.large", "m6g.large"] : ["m7i.large", "m6i.large"]), [])
  on_machines   = var.machines == null ? toset([]) : setintersection(coalesce(var.machines.services, keys(local.services)), keys(local.services))

  # How a resource is named to a service that shares it.
  addresses = merge(
    { for name in keys(local.tables) : "table/${name}" => "${local.prefix}${name}" },
    { for name in keys(local.buckets) : "bucket/${name}" => "${local.prefix}${name}${local.names.bucket_suffix}" },
    { for name, queue in module.queue : "queue/${name}" => queue.url },
    { for name, queue in module.queue : "dead-letters/${name}" => queue.dead_letter_url },
    { for name, topic in module.topic : "topic/${name}" => topic.arn },
    { for name, url in local.service_urls : "service/${name}" => var.inner_names && !contains(local.functions, name) ? "http://${replace(name, "_", "-")}.internal:${local.services[name].port}" : url },
    { for kind, names in local.subscribers : "subscribers/${kind}" => join(",", names) },
    { for name in keys(local.assumed_roles) : "role/${name}" => "arn:${local.partition}:iam::${local.account_id}:role/${local.prefix}${name}" },
  )

  # Who hears each event type that is published.
  subscribers = { for kind in distinct(flatten([for service in values(local.services) : service.publishes == null ? [] : service.publishes.types])) :
    kind => [for name, service in local.services : name if contains(flatten([for queue in service.queues : queue.subscribes[*].types]), kind)]
  }

  # Where a service is found from anywhere; a private one only inside the network.
  service_urls = { for name in keys(local.services) : name => "https://${lookup(local.hosts, name, "")}" }

  # Which variable tells a service where which resource is.
  references = { for name, service in local.services : name => merge(
    { for table in service.stores.tables : table.env => "table/${table.name}" },
    { for bucket in service.stores.buckets : bucket.env => "bucket/${bucket.name}" },
    # Every X_QUEUE_URL comes with X_DLQ_URL and X_VISIBILITY_TIMEOUT.
    { for queue in service.queues : queue.env => "queue/${queue.name}" },
    { for queue in service.queues : "${trimsuffix(queue.env, "_QUEUE_URL")}_DLQ_URL" => "dead-letters/${queue.name}" },
    { for publishes in [service.publishes] : publishes.env => "topic/${publishes.topic}" if publishes != null },
    { for role in service.assumed_roles : role.env => "role/${role.name}" },
    service.shares,
  ) }

  own_environment = { for name, service in local.services : name => merge(
    { MAX_BODY_BYTES = tostring(service.gateway.max_body_kib * 1024) },
    { for env, reference in local.references[name] : env => local.addresses[reference] },
    { for queue in service.queues : "${trimsuffix(queue.env, "_QUEUE_URL")}_VISIBILITY_TIMEOUT" => tostring(queue.visibility_timeout) },
    { for env in ["OWNER_REGION"] : env => local.owner_region if local.owner_region != var.region && length(local.streams[name]) > 0 },
    { for bucket in service.stores.buckets : "UPLOADS_ACCELERATED" => "true" if var.upload_acceleration && bucket.browser_uploads },
    { for env, value in local.edge_settings : env => value if name == local.deliverer },
    # Who may send mail is told with what.
    { for env in ["MAIL_CONFIGURATION_SET"] : env => module.mail.configuration_set if contains(flatten(service.permissions[*].on), "mail/configuration-set") },
  ) }
}

locals {
  environment = { for name in keys(local.services) : name =>
    merge(local.common_environment, local.edge_environment, local.own_environment[name], lookup(var.service_settings, name, {}))
  }
}

module "machines" {
  source = "../modules/machines"
  count  = var.machines == null ? 0 : 1

  name              = "${local.prefix}machines"
  cluster_name      = local.name
  cluster_arn       = "arn:${local.partition}:ecs:${var.region}:${local.account_id}:cluster/${local.name}"
  architecture      = var.architecture
  types             = local.machine_types
  min               = var.machines.min
  max               = var.machines.max
  on_demand         = var.machines.on_demand
  spot_percent      = var.machines.spot_percent
  target_percent    = var.machines.target_percent
  subnet_ids        = module.network.private_subnet_ids
  security_group_id = module.firewall.machines_id
  boundary_arn      = local.boundary_arn
}

module "cluster" {
  source = "../modules/cluster"

  context     = local.context
  name        = local.name
  machines    = module.machines[*].capacity_provider
  inner_names = var.inner_names
  key_arn     = module.data_key.arn
}

module "service" {
  source   = "../modules/service"
  for_each = local.services

  context        = local.context
  name           = each.key
  roles          = each.value.roles
  port           = each.value.port
  architecture   = var.architecture
  repository_url = module.registry[each.key].url
  first_release  = lookup(var.first_release, each.key, "none")
  environment    = local.environment[each.key]
  secrets        = { for variable, secret in local.secrets[each.key] : variable => secret.value_from }

  task_role_arn      = module.task_identity[each.key].task_role_arn
  execution_role_arn = module.task_identity[each.key].execution_role_arn

  cluster_arn       = module.cluster.arn
  cluster_name      = module.cluster.name
  vpc_id            = module.network.vpc_id
  subnet_ids        = module.network.private_subnet_ids
  security_group_id = module.firewall.task_ids[each.key]
  namespace_arn     = module.cluster.namespace_arn

  listener_arn         = module.load_balancer.listener_arn
  load_balancer_suffix = module.load_balancer.arn_suffix
  host                 = contains(local.functions, each.key) ? null : lookup(local.hosts, each.key, null)
  origin_hosts         = compact([lookup(local.origin_hosts, each.key, "")])
  required_header      = local.front ? local.origin_header : null

  strategy     = var.strategy
  topic_arn    = module.notices.topic_arn
  spot_percent = var.spot_percent
  functions    = contains(local.functions, each.key)
  machines     = contains(local.on_machines, each.key) ? module.machines[0].capacity_provider : null
  floor_cap    = var.floor_cap
  floors       = var.floors
  shell        = var.shell

  queue_names = { for role in keys(each.value.roles) : role => [
    for queue in each.value.queues : module.queue[queue.name].name if queue.consumer == role
  ] }

}

module "preparation_identity" {
  source   = "../modules/task_identity"
  for_each = local.postgres

  service        = "${each.key}-preparation"
  names          = local.names
  permissions    = []
  key_arn        = module.data_key.arn
  boundary_arn   = local.boundary_arn
  repository_arn = module.registry[each.key].arn
  log_group_arns = ["${local.log_group_arn}/${local.prefix}${each.key}-preparation"]
  secret_arns    = { MASTER = local.servers[each.key].master, ROLE = module.database_proxy[each.key].credentials_secret_arn }
}

module "database_preparation" {
  source   = "../modules/database_preparation"
  for_each = local.postgres

  context            = local.context
  name               = "${local.prefix}${each.key}-preparation"
  image              = "${module.registry[each.key].url}:${module.service[each.key].release_tags["next"]}"
  user               = "10001:10001"
  architecture       = var.architecture
  database           = each.value.database
  server_address     = local.servers[each.key].address
  master_secret_arn  = local.servers[each.key].master
  role_secret_arn    = module.database_proxy[each.key].credentials_secret_arn
  execution_role_arn = module.preparation_identity[each.key].execution_role_arn
}
