# To apply is to make and change what the suite consists of, which is most of what an account can hold: AWS's own policy
# for that, which leaves IAM out. Of IAM it is allowed what the suite's own roles need, each with the boundary. What is
# another environment's, what watches the account, and where the state is kept is refused: github_refused.tf.

locals {
  suite_roles = { for name, prefix in local.suite : name => "arn:${local.partition}:iam::${var.account_id}:role/${prefix}*" } # of an environment, not there yet
}

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
    Statement = concat([
      {
        Sid    = "RolesOfTheSuite"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:GetRole", "iam:GetRolePolicy",
          "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies", "iam:ListRoleTags",
          "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
        ]
        Resource = [local.suite_roles[each.value.environment]]
      },
      {
        Sid       = "BoundedRolesOnly"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
        Resource  = [local.suite_roles[each.value.environment]]
        Condition = { StringEquals = { "iam:PermissionsBoundary" = local.boundaries[each.value.environment] } }
      },
      {
        Sid      = "TheOnePolicyOfAwsThatIsAttached"
        Effect   = "Allow"
        Action   = ["iam:AttachRolePolicy"]
        Resource = [local.suite_roles[each.value.environment]]
        Condition = {
          StringEquals = { "iam:PermissionsBoundary" = local.boundaries[each.value.environment] }
          ArnEquals    = { "iam:PolicyARN" = "arn:${local.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole" }
        }
      },
      {
        Sid       = "HandRolesToServices"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [local.suite_roles[each.value.environment]]
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
          "elasticloadbalancing.amazonaws.com", "rds.amazonaws.com", "replication.ecr.amazonaws.com", "wafv2.amazonaws.com",
        ] } }
      },
      ], [for statement in [
        {
          Sid    = "ProfilesOfMachines"
          Effect = "Allow"
          Action = [
            "iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:GetInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile",
          ]
          Resource = ["arn:${local.partition}:iam::${var.account_id}:instance-profile/${local.suite[each.value.environment]}*"] # not there yet
        },
        {
          Sid       = "HandRolesToMachines"
          Effect    = "Allow"
          Action    = ["iam:PassRole"]
          Resource  = ["arn:${local.partition}:iam::${var.account_id}:role/${local.suite[each.value.environment]}machines"]
          Condition = { StringEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
        },
        {
          Sid       = "RolesOfScaling"
          Effect    = "Allow"
          Action    = ["iam:CreateServiceLinkedRole"]
          Resource  = ["arn:${local.partition}:iam::${var.account_id}:role/aws-service-role/*"] # AWS's own, of the services listed
          Condition = { StringEquals = { "iam:AWSServiceName" = ["autoscaling.amazonaws.com", "spot.amazonaws.com"] } }
        },
        ] : statement if var.environments[each.value.environment].machines], [for statement in [
        {
          Sid       = "HandRolesToFunctions"
          Effect    = "Allow"
          Action    = ["iam:PassRole"]
          Resource  = [local.suite_roles[each.value.environment]]
          Condition = { StringEquals = { "iam:PassedToService" = "lambda.amazonaws.com" } }
        },
        {
          Sid       = "RolesOfHttpApis"
          Effect    = "Allow"
          Action    = ["iam:CreateServiceLinkedRole"]
          Resource  = ["arn:${local.partition}:iam::${var.account_id}:role/aws-service-role/*"] # AWS's own, of the service listed
          Condition = { StringEquals = { "iam:AWSServiceName" = "ops.apigateway.amazonaws.com" } }
        },
        ] : statement if var.environments[each.value.environment].functions], [for statement in [
        {
          Sid       = "HandRolesToCopying"
          Effect    = "Allow"
          Action    = ["iam:PassRole"]
          Resource  = [local.suite_roles[each.value.environment]]
          Condition = { StringEquals = { "iam:PassedToService" = "s3.amazonaws.com" } }
        },
    ] : statement if var.environments[each.value.environment].copies != null])
  })
}
