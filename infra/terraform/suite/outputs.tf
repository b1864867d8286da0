output "urls" {
  description = "Where clients find what, by name."
  value = merge(
    { app = module.site.url },
    { for name, host in local.hosts : name => "https://${host}" },
    { for delivery in module.delivery : "cdn" => "https://cdn.${var.domain}" },
  )
}

output "name_servers" {
  description = "Name servers to enter at the registrar, where the zone was made here."
  value       = module.domain.name_servers
}

output "nat_addresses" {
  description = "Public addresses that the tasks call out from, by zone, for others who let in by address."
  value       = module.network.nat_addresses
}

output "signing_key_ids" {
  description = "CloudFront's ids of the keys that sign private deliveries, by name."
  value       = one(module.delivery[*].key_ids)
}

output "deployment" {
  description = "What a deployment works with: cluster, network of one-off tasks, and for each service its repository, release parameters, services and one-off tasks."
  value = {
    region       = var.region
    cluster      = module.cluster.name
    subnets      = values(module.network.private_subnet_ids)
    architecture = var.architecture
    site_bucket  = module.site_bucket.name
    distribution = module.site.distribution_id

    services = { for name, service in module.service : name => {
      repository     = module.registry[name].url
      architecture   = var.architecture
      release        = service.release_parameters
      tags           = service.release_tags
      services       = service.service_names
      floors         = service.floors
      functions      = try(module.function[name].functions, {})
      one_off_tasks  = { for role in keys(service.one_off_tasks) : role => service.task_families[role] }
      log_groups     = service.log_group_names
      security_group = module.firewall.task_ids[name]
      url            = try("https://${local.hosts[name]}", null)
    } }

    # The same services where they stand by, with what is another there.
    standing = { for region in keys(local.standing) : region => {
      cluster       = module.cluster_elsewhere[region].name
      load_balancer = local.front ? null : module.load_balancer_elsewhere[region].address.name
      services = { for name in keys(local.services) : name => {
        repository = module.registry_elsewhere["${region}/${name}"].url
        services   = module.service_elsewhere["${region}/${name}"].service_names
        floors     = module.service_elsewhere["${region}/${name}"].floors
      } }
    } }

    preparations = { for name, preparation in module.database_preparation : name => {
      task           = preparation.family
      security_group = module.firewall.task_ids["${name}-preparation"]
      log_group      = preparation.log_group_name
    } }
  }

  precondition {
    condition = alltrue(flatten([for service, settings in var.service_settings : [
      for name in keys(settings) : !contains(concat(keys(local.common_environment), keys(local.edge_environment), keys(local.own_environment[service]), keys(local.secrets[service])), name)
    ]]))
    error_message = "service_settings names a variable that this configuration sets itself."
  }
}

output "commands" {
  description = "Commands for one-off tasks, to run by hand."
  value = merge(
    { for name, preparation in module.database_preparation : "prepare the database of ${name}" => join(" ", [
      "aws ecs run-task --region ${var.region} --cluster ${module.cluster.name} --launch-type FARGATE --task-definition ${preparation.family}",
      "--network-configuration 'awsvpcConfiguration={subnets=[${join(",", values(module.network.private_subnet_ids))}],securityGroups=[${module.firewall.task_ids["${name}-preparation"]}],assignPublicIp=DISABLED}'",
    ]) },
    merge([for name, service in module.service : {
      for role in keys(service.one_off_tasks) : "${role} of ${name}" => join(" ", [
        "aws ecs run-task --region ${var.region} --cluster ${module.cluster.name} --launch-type FARGATE --task-definition ${service.task_families[role]}",
        "--network-configuration 'awsvpcConfiguration={subnets=[${join(",", values(module.network.private_subnet_ids))}],securityGroups=[${module.firewall.task_ids[name]}],assignPublicIp=DISABLED}'",
      ])
    }]...),
  )
}

output "manifests" {
  description = "The manifests as Terraform understands them, complete with defaults."
  value       = local.services

  # What the suite makes for itself has names in the same places.
  precondition {
    condition     = length(setintersection(keys(local.buckets), ["access-logs", "site"])) == 0
    error_message = "No manifest can have a bucket called access-logs or site: these are the suite's own."
  }

  precondition {
    condition     = length(setintersection(keys(module.catalog.topics), ["edge-notices", "notices"])) == 0
    error_message = "No manifest can have a topic called edge-notices or notices: these are the suite's own."
  }

  precondition {
    condition     = length(setintersection(keys(local.assumed_roles), keys(local.services))) == 0
    error_message = "No manifest can have an assumed role called like a service: that is the role of its tasks."
  }

  precondition {
    condition     = length(local.delivering) <= 1
    error_message = "One bucket delivers at cdn., not several: ${join(", ", local.delivering[*].name)}."
  }
}
