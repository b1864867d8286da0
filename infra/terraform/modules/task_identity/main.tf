# Two roles for the tasks of one service: what the service's code may call, and what AWS needs to start it.

locals {
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.names.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${var.names.partition}:ecs:${var.names.region}:${var.names.account_id}:*" } # any task of the account
      }
    }]
  })

  # The stores encrypt with a key of ours; using it through them is part of using them.
  through_stores = [{
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource = [var.key_arn]
    Condition = { StringEquals = {
      "kms:ViaService" = [for service in ["dynamodb", "s3", "sns", "sqs"] : "${service}.${var.names.region}.amazonaws.com"]
    } }
  }]

  # A shell in a container, where allowed: its agent has the task's role, is encrypted with the cluster's key, and
  # writes down what is typed.
  shell = [
    {
      Effect = "Allow"
      Action = [
        "logs:DescribeLogGroups",
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
      ]
      Resource = ["*"] # these have no resources to name
    },
    {
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = ["${coalesce(var.shell_log_group_arn, "-")}:*"] # the streams of this one group
    },
    {
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [var.key_arn]
    },
  ]
}

module "permissions" {
  source = "../permissions"

  permissions = var.permissions
  names       = var.names
}

resource "aws_iam_role" "task" {
  name                 = "${coalesce(var.names.role_prefix, var.names.prefix)}${var.service}"
  permissions_boundary = var.boundary_arn
  description          = "What the code of ${var.service} may call"
  assume_role_policy   = var.function == null ? local.trust : local.trust_of_functions
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "manifest" {
  count = length(var.permissions) == 0 ? 0 : 1

  name   = "manifest"
  role   = aws_iam_role.task.id
  policy = jsonencode({ Version = "2012-10-17", Statement = module.permissions.statements })
}

resource "aws_iam_role_policy" "platform" {
  name   = "platform"
  role   = aws_iam_role.task.id
  policy = jsonencode({ Version = "2012-10-17", Statement = concat(local.through_stores, [for statement in local.shell : statement if var.shell]) })
}
