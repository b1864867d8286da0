output "services" {
  description = "Every manifest by service name, complete with defaults; the same data as the Python model's."
  value       = local.services

  precondition {
    condition     = alltrue([for name, service in local.services : service.name == name])
    error_message = "A manifest's name is not its folder's name."
  }
}

output "topics" {
  description = "Every topic by name: the service that publishes there, or the bucket that announces there."
  value = merge(
    {
      for name, service in local.services : service.publishes.topic => { service = name, bucket = null }
      if service.publishes != null
    },
    {
      for bucket in flatten([for service in values(local.services) : service.stores.buckets]) :
      bucket.notify_topic => { service = null, bucket = bucket.name } if bucket.notify_topic != null
    },
  )
}
