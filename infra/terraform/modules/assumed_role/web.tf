module "own" {
  source = "../permissions"

  permissions = var.permissions
  names       = var.names
  own         = var.web_identity == null ? null : "$${${var.web_identity.issuer_host}:sub}"
}

resource "aws_iam_role" "web" {
  count = var.web_identity == null ? 0 : 1

  name                 = "${coalesce(var.names.role_prefix, var.names.prefix)}${var.name}-web"
  permissions_boundary = var.boundary_arn
  description          = "Assumed by clients with their own access token"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "${local.arn_prefix}:oidc-provider/${var.web_identity.issuer_host}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "${var.web_identity.issuer_host}:aud" = var.web_identity.audience } }
    }]
  })
}

resource "aws_iam_role_policy" "web" {
  count = var.web_identity == null ? 0 : 1

  name   = "manifest"
  role   = aws_iam_role.web[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = module.own.statements })
}

resource "aws_iam_role_policy" "web_platform" {
  count = var.web_identity == null ? 0 : 1

  name   = "platform"
  role   = aws_iam_role.web[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.through_stores })
}
