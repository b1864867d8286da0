# A network card for each task runs out on a small machine after two or three: with trunking a machine carries as many as
# its processor and memory do. A setting of the account, for machines that join from then on.
resource "aws_ecs_account_setting_default" "trunking" {
  count = anytrue([for environment in values(var.environments) : environment.machines]) ? 1 : 0

  name  = "awsvpcTrunking"
  value = "enabled"
}
