resource "aws_iam_role" "execution" {
  name                 = "${coalesce(var.names.role_prefix, var.names.prefix)}${var.service}-execution"
  permissions_boundary = var.boundary_arn
  description          = "What AWS needs to start ${var.service}: its image, its secrets, its logs"
  assume_role_policy   = local.trust
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "execution" {
  name = "start"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["ecr:GetAuthorizationToken"]
          Resource = ["*"] # the token is the account's; there is no resource to name
        },
        {
          Effect   = "Allow"
          Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
          Resource = [var.repository_arn]
        },
        {
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = [for group in var.log_group_arns : "${group}:*"] # the streams of these groups
        },
      ],
      [for statement in [
        {
          Effect   = "Allow"
          Action   = ["secretsmanager:GetSecretValue"]
          Resource = compact(values(var.secret_arns)) # one that an emulator does not make is null
        },
        {
          Effect    = "Allow"
          Action    = ["kms:Decrypt"]
          Resource  = [var.key_arn]
          Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.names.region}.amazonaws.com" } }
        },
      ] : statement if length(var.secret_arns) > 0],
    )
  })
}
