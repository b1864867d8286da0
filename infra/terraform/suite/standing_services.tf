# The services where they stand by. Their web roles answer, as tasks on Fargate whatever they run as in the first region;
# their workers are there and do not run, until the region leads. The first region's release is theirs too.

locals {
  stands = merge([for region in keys(local.standing) : {
    for name in keys(local.services) : "${region}/${name}" => { region = region, service = name }
  }]...)

  addresses_elsewhere = { for region in keys(local.standing) : region => merge(
    local.addresses,
    { for name in keys(local.buckets) : "bucket/${name}" => "${local.prefix}${name}${local.names_elsewhere[region].bucket_suffix}" },
    { for name in keys(local.queues) : "queue/${name}" => module.queue_elsewhere["${region}/${name}"].url },
    { for name in keys(local.queues) : "dead-letters/${name}" => module.queue_elsewhere["${region}/${name}"].dead_letter_url },
    { for name in keys(module.catalog.topics) : "topic/${name}" => module.topic_elsewhere["${region}/${name}"].arn },
    { for name in keys(local.assumed_roles) : "role/${name}" => "arn:${local.partition}:iam::${local.account_id}:role/${local.names_elsewhere[region].role_prefix}${name}" },
    { for name, service in local.services : "service/${name}" => "http://${replace(name, "_", "-")}.internal:${service.port}" if var.inner_names },
  ) }

  # A secret's copy has its ARN but for the region. That of the key that signs is copied by whoever has made it.
  secrets_elsewhere = { for place, one in local.stands : place => merge(
    { for variable, secret in local.secrets[one.service] : variable => {
      arn        = replace(secret.arn, ":${var.region}:", ":${one.region}:")
      value_from = replace(secret.value_from, ":${var.region}:", ":${one.region}:")
    } },
    { for store in [local.services[one.service].stores.redis] : store.env => module.cache_elsewhere[one.region].url_secret if store != null },
  ) }

  environment_elsewhere = { for place, one in local.stands : place => merge(
    local.common_environment,
    local.edge_environment,
    local.own_environment[one.service],
    { for env, reference in local.references[one.service] : env => local.addresses_elsewhere[one.region][reference] },
    { AWS_REGION = one.region, AWS_DEFAULT_REGION = one.region },
    { for env in ["OWNER_REGION"] : env => one.region if length(local.streams[one.service]) > 0 },
    { for name in [one.service] : "DATABASE_HOST" => module.database_proxy_elsewhere[place].endpoint if contains(keys(local.postgres), name) },
    { for env in ["MAIL_CONFIGURATION_SET"] : env => module.mail_elsewhere[one.region].configuration_set if contains(keys(local.own_environment[one.service]), env) },
    lookup(var.service_settings, one.service, {}),
  ) }
}

module "topic_elsewhere" {
  source = "../modules/topic"
  for_each = merge([for region in keys(local.standing) : {
    for name, topic in module.catalog.topics : "${region}/${name}" => { region = region, name = name, bucket = topic.bucket }
  }]...)

  context = local.contexts_elsewhere[each.value.region]
  name    = "${local.prefix}${each.value.name}"
  key_arn = module.replica_key[each.value.region].arn

  publishers = { for name, source in {
    Bucket = each.value.bucket == null ? null : { principal = "s3", arn = "arn:${local.partition}:s3:::${local.prefix}${each.value.bucket}${local.names_elsewhere[each.value.region].bucket_suffix}" }
    Mail   = each.value.name != "mail-events" ? null : { principal = "ses", arn = "arn:${local.partition}:ses:${each.value.region}:${local.account_id}:configuration-set/${local.prefix}mail" }
    } : name => {
    principal = "${source.principal}.amazonaws.com"
    condition = {
      StringEquals = { "aws:SourceAccount" = local.account_id }
      ArnEquals    = { "aws:SourceArn" = source.arn }
    }
  } if source != null }
}

module "queue_elsewhere" {
  source = "../modules/queue"
  for_each = merge([for region in keys(local.standing) : {
    for name, queue in local.queues : "${region}/${name}" => { region = region, queue = queue }
  }]...)

  context            = local.contexts_elsewhere[each.value.region]
  name               = "${local.prefix}${each.value.queue.name}"
  key_arn            = module.replica_key[each.value.region].arn
  visibility_timeout = each.value.queue.visibility_timeout
  max_receives       = each.value.queue.max_receives

  subscriptions = { for subscription in each.value.queue.subscribes : subscription.topic => {
    topic_arn = module.topic_elsewhere["${each.value.region}/${subscription.topic}"].arn
    types     = subscription.types
  } }
}

module "mail_elsewhere" {
  source   = "../modules/mail"
  for_each = local.standing

  context          = local.contexts_elsewhere[each.key]
  domain           = var.domain
  zone_id          = module.domain.zone_id
  mail_from        = "bounce-${each.key}"
  dmarc            = false # the domain has one policy
  events_topic_arn = module.notices_elsewhere[each.key].topic_arn
  told_topic_arns  = [for name in keys(module.catalog.topics) : module.topic_elsewhere["${each.key}/${name}"].arn if name == "mail-events"]
}

module "task_identity_elsewhere" {
  source   = "../modules/task_identity"
  for_each = local.stands

  service        = each.value.service
  names          = local.names_elsewhere[each.value.region]
  permissions    = local.permissions[each.value.service]
  key_arn        = module.replica_key[each.value.region].arn
  boundary_arn   = local.boundary_arn
  repository_arn = module.registry_elsewhere[each.key].arn
  log_group_arns = [for role in keys(local.services[each.value.service].roles) : "${replace(local.log_group_arn, ":${var.region}:", ":${each.value.region}:")}/${local.prefix}${each.value.service}/${role}"]
  secret_arns    = { for variable, secret in local.secrets_elsewhere[each.key] : variable => secret.arn }

  shell               = var.shell
  shell_log_group_arn = "${replace(local.log_group_arn, ":${var.region}:", ":${each.value.region}:")}/${local.name}/exec"
}

module "assumed_role_elsewhere" {
  source = "../modules/assumed_role"
  for_each = merge([for region in keys(local.standing) : {
    for name, role in local.assumed_roles : "${region}/${name}" => merge(role, { region = region, name = name })
  }]...)

  name             = each.value.name
  service          = each.value.service
  service_role_arn = module.task_identity_elsewhere["${each.value.region}/${each.value.service}"].task_role_arn
  names            = local.names_elsewhere[each.value.region]
  permissions      = each.value.permissions
  key_arn          = module.replica_key[each.value.region].arn
  boundary_arn     = local.boundary_arn
  web_identity     = each.value.web_identity ? { issuer_host = module.identity_provider[0].issuer_host, audience = var.issuer.audience } : null
}

module "service_elsewhere" {
  source   = "../modules/service"
  for_each = local.stands

  context        = local.contexts_elsewhere[each.value.region]
  name           = each.value.service
  roles          = local.services[each.value.service].roles
  port           = local.services[each.value.service].port
  architecture   = var.architecture
  repository_url = module.registry_elsewhere[each.key].url
  release        = module.service[each.value.service].release_tags
  environment    = local.environment_elsewhere[each.key]
  secrets        = { for variable, secret in local.secrets_elsewhere[each.key] : variable => secret.value_from }

  task_role_arn      = module.task_identity_elsewhere[each.key].task_role_arn
  execution_role_arn = module.task_identity_elsewhere[each.key].execution_role_arn

  cluster_arn       = module.cluster_elsewhere[each.value.region].arn
  cluster_name      = module.cluster_elsewhere[each.value.region].name
  vpc_id            = module.network_elsewhere[each.value.region].vpc_id
  subnet_ids        = module.network_elsewhere[each.value.region].private_subnet_ids
  security_group_id = module.firewall_elsewhere[each.value.region].task_ids[each.value.service]
  namespace_arn     = module.cluster_elsewhere[each.value.region].namespace_arn

  listener_arn         = module.load_balancer_elsewhere[each.value.region].listener_arn
  load_balancer_suffix = module.load_balancer_elsewhere[each.value.region].arn_suffix
  host                 = lookup(local.hosts, each.value.service, null)
  origin_hosts         = compact([lookup(local.origin_hosts, each.value.service, "")])
  required_header      = local.front ? local.origin_header : null

  # A version comes here when the first region shifts its traffic to it, and goes back with it.
  strategy     = "rolling"
  topic_arn    = module.notices_elsewhere[each.value.region].topic_arn
  spot_percent = var.spot_percent
  standby      = local.owner_region != each.value.region
  floor_cap    = local.owner_region == each.value.region ? var.floor_cap : 1
  floors       = local.owner_region == each.value.region ? var.floors : {}
  shell        = var.shell

  queue_names = { for role in keys(local.services[each.value.service].roles) : role => [
    for queue in local.services[each.value.service].queues : module.queue_elsewhere["${each.value.region}/${queue.name}"].name if queue.consumer == role
  ] }
}
