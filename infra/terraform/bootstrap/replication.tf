# Which images ECR copies to other regions. An account has one such configuration in a region, so it is here and not with
# the environments: each has a rule of its own in it, for its own repositories.

locals {
  copied = { for name, environment in var.environments : name => environment.copies if environment.copies != null }
}

resource "aws_ecr_replication_configuration" "images" {
  for_each = toset(values(local.copied)[*].from)

  region = each.key

  replication_configuration {
    dynamic "rule" {
      for_each = { for name, copies in local.copied : name => copies if copies.from == each.key }

      content {
        dynamic "destination" {
          for_each = rule.value.to

          content {
            region      = destination.value
            registry_id = var.account_id
          }
        }

        repository_filter {
          filter      = "${var.project}-${rule.key}/"
          filter_type = "PREFIX_MATCH"
        }
      }
    }
  }
}
