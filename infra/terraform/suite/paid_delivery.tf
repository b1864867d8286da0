# What the service that delivers files is told of cdn., and what it may do there: sign, and say what is gone.

locals {
  deliverer = try([for name, service in local.services : name if contains(service.stores.buckets[*].name, local.delivering[0].name)][0], null)

  # Without a way out of the network nobody reaches CloudFront's API, which has no endpoint: copies end with their time.
  invalidates = local.deliverer != null && var.network.nat != "none"

  edge_settings = merge(
    { for env in ["EDGE_DISTRIBUTION_ID"] : env => module.delivery[0].distribution_id if local.invalidates },
    { for key in [var.delivery_signing_key] : "EDGE_KEY_PAIR_ID" => module.delivery[0].key_ids[key.name] if key != null },
  )

  # Made by `./slipway edge-key make`: a private key that Terraform makes stands in its state, as its public half has to.
  edge_secrets = { for key in [var.delivery_signing_key] : "EDGE_PRIVATE_KEY" => { value_from = key.secret_arn, arn = key.secret_arn } if key != null }
}

resource "aws_iam_role_policy" "invalidations" {
  count = local.invalidates ? 1 : 0

  name   = "invalidations"
  role   = module.task_identity[local.deliverer].task_role_name
  policy = local.invalidations
}

resource "aws_iam_role_policy" "invalidations_elsewhere" {
  for_each = local.invalidates ? local.standing : {}

  name   = "invalidations"
  role   = module.task_identity_elsewhere["${each.key}/${local.deliverer}"].task_role_name
  policy = local.invalidations
}

locals {
  invalidations = !local.invalidates ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["cloudfront:CreateInvalidation"]
      Resource = [module.delivery[0].arn]
    }]
  })
}
