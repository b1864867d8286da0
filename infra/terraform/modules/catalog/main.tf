# The manifests as one typed-by-construction map: every key that the model knows, with the model's
# default where the file is silent, so that nothing downstream asks whether a key is there.

locals {
  raw = {
    for path in fileset(var.services, "*/service.yaml") :
    dirname(path) => yamldecode(file("${var.services}/${path}"))
  }

  services = {
    for name, raw in local.raw : name => {
      name          = raw.name
      description   = raw.description
      subdomain     = raw.subdomain
      visibility    = try(raw.visibility, "public")
      issuer        = try(raw.issuer, false)
      port          = try(raw.port, 8080)
      roles         = local.roles[name]
      stores        = local.stores[name]
      publishes     = local.publishes[name]
      queues        = local.queues[name]
      permissions   = local.permissions[name]
      granted       = concat(local.permissions[name], local.implied[name])
      assumed_roles = local.assumed_roles[name]
      secrets       = [for secret in try(raw.secrets, []) : { env = secret.env, bytes = try(secret.bytes, 32) }]
      shares        = try(raw.shares, {})
      gateway       = local.gateways[name]
    }
  }

  publishes = {
    for name, raw in local.raw : name => try(raw.publishes, null) == null ? null : {
      topic = raw.publishes.topic
      env   = try(raw.publishes.env, "EVENTS_TOPIC_ARN")
      types = raw.publishes.types
    }
  }

  queues = {
    for name, raw in local.raw : name => [
      for queue in try(raw.queues, []) : {
        name               = queue.name
        env                = queue.env
        consumer           = queue.consumer
        visibility_timeout = try(queue.visibility_timeout, 60)
        max_receives       = try(queue.max_receives, 12)
        subscribes = [
          for subscription in try(queue.subscribes, []) :
          { topic = subscription.topic, types = try(subscription.types, []) }
        ]
      }
    ]
  }

  # Terraform reads YAML 1.1, in which the bare key `on` is the boolean true.
  permissions = {
    for name, raw in local.raw : name => [
      for permission in try(raw.permissions, []) :
      { allow = permission.allow, on = try(permission.on, permission["true"]), when = try(permission.when, null) }
    ]
  }

  # What follows from `queues`: to consume from each, and to send to its dead-letter queue.
  implied = {
    for name, queues in local.queues : name => [
      for permission in [
        { allow = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"], on = [for queue in queues : "queue/${queue.name}"], when = null },
        { allow = ["sqs:SendMessage"], on = [for queue in queues : "queue/${queue.name}-dlq"], when = null },
      ] : permission if length(queues) > 0
    ]
  }

  assumed_roles = {
    for name, raw in local.raw : name => [
      for role in try(raw.assumed_roles, []) : {
        name         = role.name
        env          = role.env
        web_identity = try(role.web_identity, false)
        permissions = [
          for permission in role.permissions :
          { allow = permission.allow, on = try(permission.on, permission["true"]), when = try(permission.when, null) }
        ]
      }
    ]
  }

  gateways = {
    for name, raw in local.raw : name => {
      max_body_kib = try(raw.gateway.max_body_kib, 1024)
      per_second   = try(raw.gateway.per_second, 200)
      burst        = try(raw.gateway.burst, 400)
      read_timeout = try(raw.gateway.read_timeout, 30)
      account = merge(
        { reads_per_second = 100, reads_burst = 200, changes_per_second = 50, changes_burst = 100 },
        try(raw.gateway.account, {}),
      )
      concurrent = try(raw.gateway.concurrent, 100)
      limits     = [for limit in try(raw.gateway.limits, []) : merge({ posts_at_once = null }, limit)]
      cache      = [for route in try(raw.gateway.cache, []) : merge({ groups = null }, route)]
    }
  }
}
