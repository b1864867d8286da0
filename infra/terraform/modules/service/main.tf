# One service: its release, and for each role a task definition, a service on the cluster, and its scaling.
# A task (a role that runs once, such as a migration) has a task definition only.

# Where the service runs as functions, they are made elsewhere; its release, its logs and its tasks are here all the same.

locals {
  tasks   = { for role, spec in var.roles : role => spec if spec.kind == "task" || !var.functions }
  running = { for role, spec in local.tasks : role => spec if spec.kind != "task" }
  web     = { for role, spec in local.tasks : role => spec if spec.kind == "web" }

  strategies = { for role, spec in local.web : role => coalesce(var.strategy, spec.deployment.strategy) }
  rolling    = { for role, strategy in local.strategies : role => strategy if strategy == "rolling" }
  shifting   = { for role, strategy in local.strategies : role => strategy if strategy != "rolling" }
  shifted    = { for role, strategy in local.shifting : role => strategy if var.host != null } # what has no host has no traffic to shift

  # The web role named `api` answers at the service's host; a second web role would need a host of its own.
  service_name = { for role in keys(var.roles) : role => "${var.name}-${role}" }

  # Nothing runs before the first release, so that the first apply needs no image.
  released = local.tags.current != "none"
}

resource "aws_cloudwatch_log_group" "role" {
  #checkov:skip=CKV_AWS_338:How long is a variable, because a development environment needs no year; a test asserts it for production
  for_each = var.roles

  region            = var.context.region
  name              = "/${var.context.prefix}${var.name}/${each.key}"
  retention_in_days = var.context.log_retention_days
  kms_key_id        = var.context.log_key_arn
}
