locals {
  # What becomes a part of names in AWS.
  resource_names = flatten([for service in values(local.services) : concat(
    [for table in service.stores.tables : table.name],
    [for bucket in service.stores.buckets : compact([bucket.name, bucket.notify_topic])],
    [for queue in service.queues : queue.name],
    [for publishes in [service.publishes] : publishes.topic if publishes != null],
    [for role in service.assumed_roles : role.name],
    keys(service.roles),
  )])
}

output "services" {
  description = "Every manifest by service name, complete with defaults; the same data as the Python model's."
  value       = local.services

  precondition {
    condition     = alltrue([for name, service in local.services : service.name == name])
    error_message = "A manifest's name is not its folder's name: ${join(", ", [for name, service in local.services : name if service.name != name])}."
  }

  precondition {
    condition     = length(distinct(values(local.services)[*].subdomain)) == length(local.services)
    error_message = "Two services have the same subdomain: ${join(", ", sort(values(local.services)[*].subdomain))}."
  }

  precondition {
    condition     = alltrue([for service in values(local.services) : can(regex("^[a-z][a-z0-9-]{0,30}$", service.subdomain)) && !contains(["app", "cdn", "origin"], service.subdomain)])
    error_message = "A subdomain has at most 31 lower-case letters, digits and hyphens, a letter first, and is none of app, cdn and origin, which are the suite's own."
  }

  precondition {
    condition     = alltrue([for name in local.resource_names : can(regex("^[a-z][a-z0-9-]{1,30}$", name))])
    error_message = "Tables, buckets, queues, topics and roles are named by 2 to 31 lower-case letters, digits and hyphens, a letter first. Not so: ${join(", ", [for name in local.resource_names : name if !can(regex("^[a-z][a-z0-9-]{1,30}$", name))])}."
  }
}

output "topics" {
  description = "Every topic by name: the service that publishes there, or the bucket that announces there; neither for mail-events, on which SES tells what becomes of mail, where a queue hears it."
  value = merge(
    {
      for name, service in local.services : service.publishes.topic => { service = name, bucket = null }
      if service.publishes != null
    },
    {
      for bucket in flatten([for service in values(local.services) : service.stores.buckets]) :
      bucket.notify_topic => { service = null, bucket = bucket.name } if bucket.notify_topic != null
    },
    {
      for topic in distinct(flatten([for service in values(local.services) : [for queue in service.queues : queue.subscribes[*].topic]])) :
      topic => { service = null, bucket = null } if topic == "mail-events"
    },
  )
}
