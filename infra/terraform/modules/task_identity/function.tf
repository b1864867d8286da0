# As functions the service's code has the same role, and with it what Lambda needs to start it and to read for it.

locals {
  # One-off tasks stay in ECS.
  trust_of_functions = jsonencode({
    Version = "2012-10-17"
    Statement = concat(jsondecode(local.trust).Statement, [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" } # hands it to functions of this account alone: iam:PassRole knows no other
      Action    = "sts:AssumeRole"
    }])
  })

  function = var.function == null ? { queues = [], streams = [], topic = null, network = false } : var.function

  function_statements = [
    {
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = [for group in var.log_group_arns : "${group}:*"] # the streams of these groups
    },
    # Its environment is encrypted, and Lambda opens it in the role's name.
    {
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = [var.key_arn]
      Condition = { StringEquals = { "kms:ViaService" = concat(["lambda.${var.names.region}.amazonaws.com"], length(var.secret_arns) == 0 ? [] : ["secretsmanager.${var.names.region}.amazonaws.com"]) } }
    },
    {
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = compact(values(var.secret_arns)) # one that an emulator does not make is null
    },
    {
      Effect   = "Allow"
      Action   = ["sqs:GetQueueAttributes"]
      Resource = local.function.queues
    },
    {
      Effect   = "Allow"
      Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
      Resource = local.function.streams
    },
    {
      Effect   = "Allow"
      Action   = ["sns:Publish"]
      Resource = length(local.function.streams) == 0 ? [] : compact([local.function.topic])
    },
    {
      Effect = "Allow"
      Action = [
        "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
      ]
      Resource = local.function.network ? ["*"] : [] # Lambda makes the network cards, which have no name before
    },
  ]
}

resource "aws_iam_role_policy" "function" {
  count = var.function == null ? 0 : 1

  name   = "function"
  role   = aws_iam_role.task.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [for statement in local.function_statements : statement if length(statement.Resource) > 0] })
}
