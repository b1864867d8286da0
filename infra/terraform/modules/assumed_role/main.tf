# A role that a service hands out in narrowed form, and, where the manifest says so, its twin that a client assumes
# with its own access token. The service narrows each session itself; the twin is narrowed by its policy, because
# nobody stands between the client and AWS there.

locals {
  arn_prefix = "arn:${var.names.partition}:iam::${var.names.account_id}"

  through_stores = [{
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = [var.key_arn]
    Condition = { StringEquals = { "kms:ViaService" = "s3.${var.names.region}.amazonaws.com" } }
  }]
}

module "permissions" {
  source = "../permissions"

  permissions = var.permissions
  names       = var.names
}

resource "aws_iam_role" "this" {
  name                 = "${coalesce(var.names.role_prefix, var.names.prefix)}${var.name}"
  permissions_boundary = var.boundary_arn
  description          = "Handed out by ${var.service} in narrowed form"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.service_role_arn }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "manifest"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = module.permissions.statements })
}

resource "aws_iam_role_policy" "platform" {
  name   = "platform"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.through_stores })
}
