# The connection proxy in front of one service's database, and the secret of the service's own login role:
# the only way in for the service. The role itself is made by modules/database_preparation.

locals {
  own_login  = var.login == null ? 1 : 0
  secret_arn = var.login == null ? one(aws_secretsmanager_secret.login[*].arn) : var.login.secret_arn
}

# Nobody but Secrets Manager keeps it: neither a plan nor the state.
ephemeral "random_password" "role" {
  length  = 40
  special = false
}

# One secret holds the login, for the proxy and the preparation, and the address with the same login, for the service: they
# are written together or not at all. The proxy asks for the secret before it has an address, and reads it when it is used.
resource "aws_secretsmanager_secret" "login" {
  #checkov:skip=CKV2_AWS_57:Its value is replaced by raising `generation` in Terraform, which also rolls the tasks that read it
  count = local.own_login

  region                  = var.context.region
  name                    = "${var.name}/login"
  description             = "Login role of ${var.database}, and where the service finds its database with it"
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.secret_recovery_days
  tags                    = { Name = "${var.name}/login" }

  dynamic "replica" {
    for_each = var.replica_keys

    content {
      region     = replica.key
      kms_key_id = replica.value
    }
  }
}

locals {
  place = "${aws_db_proxy.this.endpoint}:5432/${var.database}?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt"
}

resource "aws_secretsmanager_secret_version" "login" {
  count = local.own_login

  region    = var.context.region
  secret_id = aws_secretsmanager_secret.login[0].id

  secret_string_wo = jsonencode({
    username = var.role
    password = ephemeral.random_password.role.result
    url      = "postgresql://${var.role}:${ephemeral.random_password.role.result}@${local.place}"
  })

  # Another generation or another address is another number.
  secret_string_wo_version = parseint(substr(sha256("${var.generation} ${local.place}"), 0, 8), 16)
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-proxy"
  permissions_boundary = var.context.boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = var.context.account_id } } # AWS does not promise to name it for a proxy
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "read-the-login"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [local.secret_arn] },
      {
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.context.region}.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_db_proxy" "this" {
  region                 = var.context.region
  name                   = var.name
  engine_family          = "POSTGRESQL"
  role_arn               = aws_iam_role.this.arn
  require_tls            = true
  idle_client_timeout    = 1800
  debug_logging          = false
  vpc_subnet_ids         = values(var.subnet_ids)
  vpc_security_group_ids = [var.security_group_id]

  auth {
    auth_scheme               = "SECRETS"
    client_password_auth_type = "POSTGRES_SCRAM_SHA_256"
    iam_auth                  = "DISABLED"
    secret_arn                = local.secret_arn
  }

  tags = { Name = var.name }

  # AWS cannot move a proxy to other subnets, only make another at another address. One more zone is no reason for that.
  lifecycle {
    ignore_changes = [vpc_subnet_ids]
  }

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

resource "aws_db_proxy_default_target_group" "this" {
  region        = var.context.region
  db_proxy_name = aws_db_proxy.this.name

  connection_pool_config {
    max_connections_percent      = 90
    max_idle_connections_percent = 20
    connection_borrow_timeout    = 10
  }
}

resource "aws_db_proxy_target" "this" {
  region                 = var.context.region
  db_proxy_name          = aws_db_proxy.this.name
  target_group_name      = aws_db_proxy_default_target_group.this.name
  db_instance_identifier = var.server.kind == "instance" ? var.server.identifier : null
  db_cluster_identifier  = var.server.kind == "cluster" ? var.server.identifier : null
}

# The proxy makes this group without retention or key, so it is made here first.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long is a variable, because a development environment needs no year; a test asserts it for production
  region            = var.context.region
  name              = "/aws/rds/proxy/${var.name}"
  retention_in_days = var.context.log_retention_days
  kms_key_id        = var.context.log_key_arn
}
