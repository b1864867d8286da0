variable "name" { type = string }
variable "prefix" { type = string }
variable "repository" { type = string }
variable "roles" { type = map(string) }
variable "functions" { type = bool }

resource "aws_ssm_parameter" "release" {
  for_each = toset(["next", "current", "image"])

  name           = "/${var.prefix}${var.name}/release/${each.key}"
  type           = "String"
  insecure_value = "none"

  lifecycle {
    ignore_changes = [insecure_value]
  }
}

locals {
  on_cluster = { for role, kind in var.roles : role => kind if kind == "task" || !var.functions }

  tags = { for slot, parameter in aws_ssm_parameter.release : slot => nonsensitive(parameter.insecure_value) }
}

resource "aws_ecs_task_definition" "role" {
  for_each = local.on_cluster

  family                = "${var.prefix}${var.name}-${each.key}"
  container_definitions = jsonencode([{ name = var.name, image = "${var.repository}:${local.tags[each.value == "task" ? "next" : "current"]}" }])
}

resource "aws_ecs_service" "role" {
  for_each = { for role, kind in local.on_cluster : role => kind if kind != "task" }

  name            = "${var.name}-${each.key}"
  task_definition = aws_ecs_task_definition.role[each.key].arn
  desired_count   = local.tags.current == "none" ? 0 : 2

  lifecycle {
    ignore_changes = [desired_count]
  }
}

output "next_image" {
  value = "${var.repository}:${local.tags.next}"
}

output "image" {
  value = local.tags.image
}

output "deployment" {
  value = {
    repository     = var.repository
    architecture   = "ARM64"
    release        = { for slot, parameter in aws_ssm_parameter.release : slot => parameter.name }
    tags           = local.tags
    services       = { for role, service in aws_ecs_service.role : role => service.name }
    floors         = { for role in keys(aws_ecs_service.role) : role => 2 }
    one_off_tasks  = { for role, kind in var.roles : role => aws_ecs_task_definition.role[role].family if kind == "task" }
    log_groups     = { for role in keys(var.roles) : role => "/${var.prefix}${var.name}/${role}" }
    security_group = "sg-${var.name}"
    url            = "https://${var.name}.dev.example.com"
  }
}
