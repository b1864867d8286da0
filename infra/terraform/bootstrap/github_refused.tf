# What GitHub's roles are refused, whatever AWS's own policies allow them. A refusal beats every permission.

locals {
  others = { for name in keys(var.environments) : name => [for other in keys(var.environments) : other if other != name] }

  # The state of other environments: who writes it decides what their next apply makes true.
  refused_state = { for name, others in local.others : name => [for statement in [{
    Sid      = "StateOfOthers"
    Effect   = "Deny"
    Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
    Resource = [for other in others : "${local.state_arn}/${other}/*"] # all of theirs
  }] : statement if length(others) > 0] }
}

resource "aws_iam_role_policy" "refused_to_apply" {
  for_each = { for name, role in local.subjects : name => role if endswith(name, "-apply") }

  name = "refused"
  role = aws_iam_role.github[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.refused_state[each.value.environment], [
      {
        Sid      = "WhatIsTaggedAsAnothers"
        Effect   = "Deny"
        Action   = ["*"] # refuses everything, so it must name everything
        Resource = ["*"] # of whatever kind
        Condition = {
          Null            = { "aws:ResourceTag/Environment" = "false" }
          StringNotEquals = { "aws:ResourceTag/Environment" = each.value.environment }
        }
      },
      {
        Sid    = "WhereTheStateIsKept"
        Effect = "Deny"
        Action = [
          "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
          "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
        ]
        Resource = [local.state_arn]
      },
      {
        Sid       = "KeyOfTheState"
        Effect    = "Deny"
        Action    = ["kms:CreateGrant", "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]
        Resource  = ["arn:${local.partition}:kms:*:${var.account_id}:key/*"] # the one with the alias below
        Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${var.project}-state" } }
      },
      {
        Sid    = "WhoMayTakeTheseRoles"
        Effect = "Deny"
        Action = [
          "iam:AddClientIDToOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider",
          "iam:TagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint",
        ]
        Resource = ["arn:${local.partition}:iam::${var.account_id}:oidc-provider/token.actions.githubusercontent.com"]
      },
      {
        Sid    = "WhatWatchesTheAccount"
        Effect = "Deny"
        Action = [
          "access-analyzer:DeleteAnalyzer", "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging",
          "cloudtrail:UpdateTrail", "config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel",
          "config:StopConfigurationRecorder", "guardduty:DeleteDetector", "guardduty:UpdateDetector", "securityhub:DisableSecurityHub",
        ]
        Resource = ["*"] # whichever there are
      },
      {
        Sid      = "WhatTheAccountHasOnce"
        Effect   = "Deny"
        Action   = ["ecr:PutReplicationConfiguration", "ecr:PutRegistryPolicy"]
        Resource = ["*"] # the registry, which is every environment's
      },
      {
        Sid      = "WhatTheSuiteNeverRuns"
        Effect   = "Deny"
        Action   = concat(["ec2:RequestSpotFleet", "ec2:RequestSpotInstances"], var.environments[each.value.environment].functions ? [] : ["lambda:CreateFunction"])
        Resource = ["*"] # machines come from an Auto Scaling group, if at all
      },
      {
        Sid       = "Machines"
        Effect    = "Deny"
        Action    = ["ec2:RunInstances"]
        Resource  = ["arn:${local.partition}:ec2:*:${var.account_id}:instance/*"] # whichever it would be
        Condition = { for test, keys in { StringNotEquals = { "ec2:MetadataHttpTokens" = "required" } } : test => keys if var.environments[each.value.environment].machines }
      },
    ])
  })
}

# Anybody who may open a pull request has this role's rights, so it reads how things are set up and not what is in them.
resource "aws_iam_role_policy" "refused_to_plan" {
  for_each = { for name, role in local.subjects : name => role if endswith(name, "-plan") }

  name = "refused"
  role = aws_iam_role.github[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid         = "FilesButItsOwnState"
        Effect      = "Deny"
        Action      = ["s3:GetObject", "s3:GetObjectVersion"]
        NotResource = ["${local.state_arn}/${each.value.environment}/*"] # all of it
      },
      {
        Sid      = "Secrets"
        Effect   = "Deny"
        Action   = ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"]
        Resource = ["*"] # whosever they are
      },
      {
        Sid    = "RecordsMessagesAndLogs"
        Effect = "Deny"
        Action = [
          "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:PartiQLSelect", "dynamodb:Query",
          "dynamodb:Scan", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartLiveTail", "logs:StartQuery", "sqs:ReceiveMessage",
        ]
        Resource = ["*"] # whosever they are
      },
    ]
  })
}
