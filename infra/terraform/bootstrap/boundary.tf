# What any role that the suite makes can be allowed at most, whatever its own policies say: to use the environment's
# stores, never to change them, and nothing of IAM. GitHub's role may make roles only with this boundary, so that it
# cannot make one that may more than itself. An action that a manifest needs for the first time is added here.

locals {
  suite = { for name in keys(var.environments) : name => "${var.project}-${name}-" }

  # Composed, as the suite does, so that policies that name it are known before it is there.
  boundaries = { for name, prefix in local.suite : name => "arn:${local.partition}:iam::${var.account_id}:policy/${prefix}boundary" }
}

resource "aws_iam_policy" "boundary" {
  for_each = var.environments

  name        = "${local.suite[each.key]}boundary"
  description = "Bounds the roles of ${var.project} in ${each.key}"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid    = "Stores"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem",
          "dynamodb:DescribeStream", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:GetRecords",
          "dynamodb:GetShardIterator", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem",
          "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:ListBucketMultipartUploads",
          "s3:ListMultipartUploadParts", "s3:PutObject",
          "sns:Publish",
          "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage",
        ]
        # All of the environment; which of them, a role's own policy says.
        Resource = [
          "arn:${local.partition}:dynamodb:*:${var.account_id}:table/${local.suite[each.key]}*", # tables
          "arn:${local.partition}:s3:::${local.suite[each.key]}*",                               # buckets
          "arn:${local.partition}:sns:*:${var.account_id}:${local.suite[each.key]}*",            # topics
          "arn:${local.partition}:sqs:*:${var.account_id}:${local.suite[each.key]}*",            # queues
        ]
      },
      {
        Sid      = "RolesHandedOut"
        Effect   = "Allow"
        Action   = ["sts:AssumeRole", "sts:TagSession"]
        Resource = ["arn:${local.partition}:iam::${var.account_id}:role/${local.suite[each.key]}*"] # of the environment
      },
      {
        Sid    = "Secrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          "arn:${local.partition}:secretsmanager:*:${var.account_id}:secret:${local.suite[each.key]}*", # of the environment
          "arn:${local.partition}:secretsmanager:*:${var.account_id}:secret:rds!*",                     # RDS names its masters' itself
        ]
      },
      {
        Sid       = "Keys"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = ["arn:${local.partition}:kms:*:${var.account_id}:key/*"]                                     # the suite's, which do not exist yet
        Condition = { "ForAnyValue:StringLike" = { "kms:ResourceAliases" = "alias/${local.suite[each.key]}*" } } # of the environment
      },
      {
        Sid      = "Images"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = ["arn:${local.partition}:ecr:*:${var.account_id}:repository/${var.project}-${each.key}/*"] # of the environment
      },
      {
        Sid    = "Logs"
        Effect = "Allow"
        Action = [
          "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents",
          "logs:PutRetentionPolicy",
        ]
        Resource = ["arn:${local.partition}:logs:*:${var.account_id}:log-group:*"] # RDS's monitoring names its group itself
      },
      {
        Sid    = "Traffic"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:ModifyRule", "elasticloadbalancing:RegisterTargets",
        ]
        Resource = [
          "arn:${local.partition}:elasticloadbalancing:*:${var.account_id}:listener-rule/app/${var.project}-${each.key}/*", # of the environment
          "arn:${local.partition}:elasticloadbalancing:*:${var.account_id}:targetgroup/*",                                  # AWS makes up the rest of their names
        ]
      },
      {
        Sid      = "Mail"
        Effect   = "Allow"
        Action   = ["ses:SendEmail", "ses:SendRawEmail"]
        Resource = ["arn:${local.partition}:ses:*:${var.account_id}:*"] # the domain is the environment's, not known here
      },
      {
        Sid      = "Edge"
        Effect   = "Allow"
        Action   = ["cloudfront:CreateInvalidation"]
        Resource = ["arn:${local.partition}:cloudfront::${var.account_id}:distribution/*"] # AWS makes up their ids
      },
      {
        Sid    = "WithoutResources"
        Effect = "Allow"
        Action = [
          "ecr:GetAuthorizationToken",
          "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
          "logs:DescribeLogGroups",
          "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
        ]
        Resource = ["*"] # these have no resources to name
      },
      ], [for statement in [
        {
          Sid    = "Agents"
          Effect = "Allow"
          Action = [
            "ecs:DeregisterContainerInstance", "ecs:DiscoverPollEndpoint", "ecs:Poll", "ecs:RegisterContainerInstance",
            "ecs:StartTelemetrySession", "ecs:SubmitAttachmentStateChanges", "ecs:SubmitContainerStateChange",
            "ecs:SubmitTaskStateChange", "ecs:UpdateContainerInstancesState",
          ]
          Resource = ["*"] # the role's own policy names the cluster
        },
        ] : statement if each.value.machines], [for statement in [
        {
          Sid    = "NetworkOfFunctions"
          Effect = "Allow"
          Action = [
            "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
          ]
          Resource = ["*"] # Lambda makes the network cards, which have no name before
        },
        {
          Sid      = "StreamsOfFunctions"
          Effect   = "Allow"
          Action   = ["dynamodb:ListStreams"]
          Resource = ["arn:${local.partition}:dynamodb:*:${var.account_id}:table/${local.suite[each.key]}*"] # of the environment
        },
        ] : statement if each.value.functions], [for statement in [
        {
          Sid    = "CopiesOfFiles"
          Effect = "Allow"
          Action = [
            "s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging",
            "s3:GetReplicationConfiguration", "s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags",
          ]
          Resource = ["arn:${local.partition}:s3:::${local.suite[each.key]}*"] # buckets of the environment
        },
        {
          Sid       = "KeysOfCopies"
          Effect    = "Allow"
          Action    = ["kms:Encrypt"]
          Resource  = ["arn:${local.partition}:kms:*:${var.account_id}:key/*"]                                     # the suite's, which do not exist yet
          Condition = { "ForAnyValue:StringLike" = { "kms:ResourceAliases" = "alias/${local.suite[each.key]}*" } } # of the environment
        },
    ] : statement if each.value.copies != null])
  })
}
