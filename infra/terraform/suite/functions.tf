# Services that run as functions here, in place of tasks on the cluster: one line in `compute`.

locals {
  functions = toset([for name, where in var.compute : name if where == "lambda" && contains(keys(local.services), name)])

  # Functions stand in the network where a store does; elsewhere there is nothing for them to reach.
  networked = { for name in local.functions : name => contains(keys(local.postgres), name) || contains(keys(local.redis), name) }

  # Lambda sets the region itself. Names inside the network are the cluster's, so the issuer is asked by its address.
  # The HTTP API leaves browsers to the service, and what CloudFront has seen `edge` tells.
  function_environment = { for name in local.functions : name => merge(
    { for key, value in local.common_environment : key => value if !startswith(key, "AWS_") },
    {
      AUTH_JWKS_URL   = coalesce(var.issuer.jwks_url, "${local.issuer.url}/.well-known/jwks.json")
      BROWSER_ORIGINS = join(" ", local.browser_origins)
      TRUSTED_PROXIES = "1"
    },
    local.own_environment[name],
    { for env, reference in local.services[name].shares : env => local.service_urls[trimprefix(reference, "service/")] if startswith(reference, "service/") },
    lookup(var.service_settings, name, {}),
  ) }

  # By what a call of our own CloudFront is known: a digest, from which nobody finds the word itself.
  function_edge = {
    FUNCTION_EDGE_HEADER = local.origin_header.name
    FUNCTION_EDGE_SHA256 = nonsensitive(sha256(local.origin_header.value))
    FUNCTION_EDGE_ONLY   = tostring(local.front)
  }

  # Lambda wants a message hidden six times as long as a batch may take, and comes again itself meanwhile.
  queue_timeouts = { for name, queue in local.queues : name => queue.visibility_timeout * (contains(local.functions, local.consumers[name]) ? 6 : 1) }
  consumers      = merge([for name, service in local.services : { for queue in service.queues : queue.name => name }]...)

  streams = { for name, service in local.services : name => [for table in service.stores.tables : table.name if table.stream != null] }

  function_reads = { for name in local.functions : name => {
    queues  = [for queue in local.services[name].queues : "arn:${local.partition}:sqs:${var.region}:${local.account_id}:${local.prefix}${queue.name}"]
    streams = [for table in local.streams[name] : "arn:${local.partition}:dynamodb:${var.region}:${local.account_id}:table/${local.prefix}${table}/stream/*"] # AWS names each stream by the time of its making
    topic   = module.notices.topic_arn
    network = local.networked[name]
  } }

  # API Gateway's own addresses, where a host is not at the load balancer.
  function_hosts = { for name in local.functions : name => compact([lookup(local.hosts, name, ""), lookup(local.origin_hosts, name, "")]) }

  host_addresses = merge(
    { for name, host in local.hosts : host => local.front ? module.front[0].address : module.load_balancer.address },
    merge([for name in local.functions : {
      for host, address in module.function[name].addresses : host => address if !local.front || contains(values(local.origin_hosts), host)
    }]...),
  )
}

module "function" {
  source   = "../modules/function"
  for_each = local.functions

  context        = local.context
  name           = each.key
  roles          = { for role, spec in local.services[each.key].roles : role => spec if spec.kind != "task" }
  architecture   = var.architecture
  repository_url = module.registry[each.key].url
  image          = module.service[each.key].release_tags["image"]
  environment    = local.function_environment[each.key]
  edge           = local.function_edge
  secrets        = { for variable, secret in local.secrets[each.key] : variable => secret.value_from }
  role_arn       = module.task_identity[each.key].task_role_arn
  key_arn        = module.data_key.arn

  subnet_ids        = local.networked[each.key] ? module.network.private_subnet_ids : null
  security_group_id = local.networked[each.key] ? module.firewall.task_ids[each.key] : null

  hosts           = local.function_hosts[each.key]
  certificate_arn = module.domain.regional_certificate_arn
  per_second      = local.services[each.key].gateway.per_second
  burst           = local.services[each.key].gateway.burst
  read_timeout    = local.services[each.key].gateway.read_timeout
  concurrent      = local.services[each.key].gateway.concurrent
  concurrency     = try(var.function_concurrency[each.key], {})
  strategy        = var.strategy

  queues = { for queue in local.services[each.key].queues : queue.name => {
    arn = module.queue[queue.name].arn, consumer = queue.consumer, timeout = queue.visibility_timeout
  } }
  streams = { for table in local.streams[each.key] : table => module.table[table].stream_arn }

  topic_arn       = module.notices.topic_arn
  log_group_names = module.service[each.key].log_group_names

  # What asks the function for its first release has to find it allowed to fetch the image.
  depends_on = [module.registry]
}

# Where CloudFront finds a service that is not at the load balancer.
resource "aws_route53_record" "function_origin" {
  for_each = { for name in local.functions : name => local.origin_hosts[name] if contains(keys(local.origin_hosts), name) }

  zone_id = module.domain.zone_id
  name    = each.value
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
    name                   = local.host_addresses[each.value].name
    zone_id                = local.host_addresses[each.value].zone_id
    evaluate_target_health = false
  }
}
