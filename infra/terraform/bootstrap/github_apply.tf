# To apply is to make and change what the suite consists of, which is most of what an account can hold: AWS's own policy
# for that, which leaves IAM out, and of IAM what the suite's own roles need. The account is the fence between environments.

resource "aws_iam_role_policy_attachment" "change" {
  #checkov:skip=CKV2_AWS_56:PowerUserAccess has no IAM; what is allowed of IAM is listed below by name
  for_each = { for name, role in local.subjects : name => role if endswith(name, "-apply") }

  role       = aws_iam_role.github[each.key].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/PowerUserAccess"
}

resource "aws_iam_role_policy" "change_roles" {
  for_each = { for name, role in local.subjects : name => role if endswith(name, "-apply") }

  name = "roles"
  role = aws_iam_role.github[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "RolesOfTheSuite"
        Effect = "Allow"
        Action = [
          "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:GetRole",
          "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies",
          "iam:ListRoleTags", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
          "iam:UpdateRole", "iam:UpdateRoleDescription",
        ]
        Resource = ["arn:${local.partition}:iam::${var.account_id}:role/${var.project}-${each.value.environment}-*"]
      },
      {
        Sid       = "HandRolesToServices"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:${local.partition}:iam::${var.account_id}:role/${var.project}-${each.value.environment}-*"]
        Condition = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com", "ecs.amazonaws.com", "monitoring.rds.amazonaws.com", "rds.amazonaws.com", "vpc-flow-logs.amazonaws.com"] } }
      },
      {
        Sid    = "TokensOfTheSuite"
        Effect = "Allow"
        Action = [
          "iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider",
          "iam:GetOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider", "iam:TagOpenIDConnectProvider",
          "iam:UntagOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint",
        ]
        Resource = ["arn:${local.partition}:iam::${var.account_id}:oidc-provider/*"] # named by the environment's domain
      },
      {
        Sid      = "RolesOfServices"
        Effect   = "Allow"
        Action   = ["iam:CreateServiceLinkedRole"]
        Resource = ["arn:${local.partition}:iam::${var.account_id}:role/aws-service-role/*"] # AWS's own, of the services listed
        Condition = { StringEquals = { "iam:AWSServiceName" = [
          "ecs.amazonaws.com", "ecs.application-autoscaling.amazonaws.com", "elasticache.amazonaws.com",
          "elasticloadbalancing.amazonaws.com", "rds.amazonaws.com", "wafv2.amazonaws.com",
        ] } }
      },
    ]
  })
}
