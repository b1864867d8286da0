# Every security group of the suite and who may talk to whom: edge → web roles → stores, tasks → endpoints.
# Between tiers rules name groups, never addresses, so a task that moves keeps exactly its rights.

locals {
  web      = { for name, service in var.services : name => service if service.port != null }
  postgres = { for name, service in var.services : name => service if service.postgres }
  redis    = { for name, service in var.services : name => service if service.redis }

  # A database is prepared by a task of its own, so that no running service can reach past the proxy. A machine's agent
  # calls AWS like a task does, and nobody calls it: the tasks on a machine have their own groups.
  tasks = toset(concat(keys(var.services), [for name in keys(local.postgres) : "${name}-preparation"], local.machines))

  machines = var.machines ? ["machines"] : []

  # Where everybody is let in, Route 53 is.
  health_checks = var.health_checks && var.open_to != "internet" ? 1 : 0
}

resource "aws_security_group" "edge" {
  #checkov:skip=CKV2_AWS_5:It is attached by the module that is given its id
  region      = var.region
  name        = "${var.prefix}edge"
  description = "The load balancer: HTTPS in, web roles out"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.prefix}edge" }
}

# Of its own: the addresses of Route 53 and of CloudFront are more rules than one group may have.
resource "aws_security_group" "health_checks" {
  #checkov:skip=CKV2_AWS_5:It is attached by the module that is given its id
  count = local.health_checks

  region      = var.region
  name        = "${var.prefix}health-checks"
  description = "Route 53 looks whether the load balancer answers"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.prefix}health-checks" }

  lifecycle {
    create_before_destroy = true # so that it goes after the load balancer has let it go, not before
  }
}

resource "aws_security_group" "task" {
  #checkov:skip=CKV2_AWS_5:It is attached by the module that is given its id
  for_each = local.tasks

  region      = var.region
  name        = "${var.prefix}${each.key}"
  description = "Tasks of ${each.key}"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.prefix}${each.key}" }
}

resource "aws_security_group" "proxy" {
  #checkov:skip=CKV2_AWS_5:It is attached by the module that is given its id
  for_each = local.postgres

  region      = var.region
  name        = "${var.prefix}${each.key}-proxy"
  description = "Connection proxy of the database of ${each.key}"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.prefix}${each.key}-proxy" }
}

resource "aws_security_group" "database" {
  #checkov:skip=CKV2_AWS_5:It is attached by the module that is given its id
  for_each = local.postgres

  region      = var.region
  name        = "${var.prefix}${each.key}-database"
  description = "Database of ${each.key}"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.prefix}${each.key}-database" }

  lifecycle {
    create_before_destroy = true # so that it goes after a database that stays has another group
  }
}

resource "aws_security_group" "cache" {
  #checkov:skip=CKV2_AWS_5:It is attached by the module that is given its id
  region      = var.region
  name        = "${var.prefix}cache"
  description = "The cache"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.prefix}cache" }
}

resource "aws_security_group" "endpoints" {
  #checkov:skip=CKV2_AWS_5:It is attached by the module that is given its id
  region      = var.region
  name        = "${var.prefix}endpoints"
  description = "Interface endpoints of AWS services"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.prefix}endpoints" }
}
