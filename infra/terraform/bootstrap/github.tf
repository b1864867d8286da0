# Roles for GitHub's workflows, by their identity tokens: there is no key to leak. Two for each environment: `plan`, which
# may look, for pull requests in the environment `<name>-plan` (whose reviewers, where it has any, agree before a pull
# request's code runs with the role) and for the branch itself (every night); `apply`, which may change, for the
# environment's branch in the environment itself.

locals {
  issuer = "token.actions.githubusercontent.com"
  github = var.github_repository == null ? {} : var.environments

  subjects = merge([for name, environment in local.github : {
    "${name}-plan"  = { environment = name, subjects = ["repo:${var.github_repository}:environment:${name}-plan", "repo:${var.github_repository}:ref:refs/heads/${environment.branch}"], ref = null }
    "${name}-apply" = { environment = name, subjects = ["repo:${var.github_repository}:environment:${name}"], ref = "refs/heads/${environment.branch}" }
  }]...)
}

resource "aws_iam_openid_connect_provider" "github" {
  count = length(local.github) > 0 && !var.github_is_known ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "github" {
  for_each = local.subjects

  name                 = "${var.project}-github-${each.key}"
  description          = "GitHub workflows of ${var.github_repository}: ${each.key}"
  max_session_duration = endswith(each.key, "-apply") ? 7200 : 3600 # an apply outlasts an hour; one cut off cannot write its state

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:${local.partition}:iam::${var.account_id}:oidc-provider/${local.issuer}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = merge(
        { "${local.issuer}:aud" = "sts.amazonaws.com", "${local.issuer}:sub" = each.value.subjects },
        # The environment is in the subject; the branch is a claim of its own.
        { for ref in compact([each.value.ref]) : "${local.issuer}:ref" => ref },
      ) }
    }]
  })

  depends_on = [aws_iam_openid_connect_provider.github]
}

# The state of its environment, nobody else's. To plan is to read it and to hold its lock, never to write it: whoever may
# open a pull request could otherwise put into production's state what the next apply then makes true.
resource "aws_iam_role_policy" "state" {
  for_each = local.subjects

  name = "state"
  role = aws_iam_role.github[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "List"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = [local.state_arn]
        Condition = { StringLike = { "s3:prefix" = "${each.value.environment}/*" } } # all of its own
      },
      {
        Sid      = "Read"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["${local.state_arn}/${each.value.environment}/*"] # all of its own
      },
      {
        Sid      = "Write"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:DeleteObject"]
        Resource = ["${local.state_arn}/${each.value.environment}/${endswith(each.key, "-plan") ? "*.tflock" : "*"}"] # the lock; or all of its own
      },
    ]
  })
}

resource "aws_iam_role_policy" "state_key" {
  for_each = local.subjects

  name = "state-key"
  role = aws_iam_role.github[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = [module.key.arn]
    }]
  })
}

# To plan is to read how everything is set up. Values of secrets are no part of that: Terraform writes them and never reads them.
resource "aws_iam_role_policy_attachment" "read" {
  for_each = { for name, role in local.subjects : name => role if endswith(name, "-plan") }

  role       = aws_iam_role.github[each.key].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"
}
