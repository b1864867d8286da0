# Service → its proxy → its database, and service → cache. Nothing else reaches a store,
# but the task that prepares a database: its proxy does not know the master.

locals {
  hops = merge(
    { for name in keys(local.postgres) : "${name}/proxy" => {
      from = aws_security_group.task[name].id, to = aws_security_group.proxy[name].id, port = 5432, what = "${name} to its proxy"
    } },
    { for name in keys(local.postgres) : "${name}/database" => {
      from = aws_security_group.proxy[name].id, to = aws_security_group.database[name].id, port = 5432, what = "proxy of ${name} to its database"
    } },
    { for name in keys(local.postgres) : "${name}/preparation" => {
      from = aws_security_group.task["${name}-preparation"].id, to = aws_security_group.database[name].id, port = 5432, what = "preparation of the database of ${name}"
    } },
    { for name in keys(local.redis) : "${name}/cache" => {
      from = aws_security_group.task[name].id, to = aws_security_group.cache.id, port = 6379, what = "${name} to the cache"
    } },
  )
}

resource "aws_vpc_security_group_egress_rule" "to_store" {
  for_each = local.hops

  region                       = var.region
  security_group_id            = each.value.from
  description                  = each.value.what
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = each.value.to
}

resource "aws_vpc_security_group_ingress_rule" "to_store" {
  for_each = local.hops

  region                       = var.region
  security_group_id            = each.value.to
  description                  = each.value.what
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = each.value.from
}
