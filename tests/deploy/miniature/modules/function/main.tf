variable "name" { type = string }
variable "prefix" { type = string }
variable "repository" { type = string }
variable "image" { type = string }
variable "roles" { type = map(string) }

resource "aws_lambda_function" "role" {
  for_each = { for role, kind in var.roles : role => kind if kind != "task" && var.image != "none" }

  function_name = "${var.prefix}${var.name}-${each.key}"
  role          = "arn:aws:iam::000000000000:role/${var.name}"
  package_type  = "Image"
  image_uri     = "${var.repository}@${var.image}"

  lifecycle {
    ignore_changes = [image_uri, description]
  }
}

resource "aws_lambda_alias" "live" {
  for_each = aws_lambda_function.role

  name             = "live"
  function_name    = each.value.function_name
  function_version = "$LATEST"

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

output "functions" {
  value = { for role, function in aws_lambda_function.role : role => {
    name         = function.function_name
    alias        = aws_lambda_alias.live[role].name
    kind         = var.roles[role]
    strategy     = var.roles[role] == "web" ? "canary" : "rolling"
    percent      = 10
    step_minutes = 0.05
    bake_minutes = 0.05
    alarms       = var.roles[role] == "web" ? ["${function.function_name}-errors"] : []
  } }
}
