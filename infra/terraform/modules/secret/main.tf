# One secret and its value. The value is also in Terraform's state, which is why the state's bucket is encrypted
# with a key of its own and readable by the deploying role only.

resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57:Its value is replaced by raising `generation` in Terraform, which also rolls the tasks that read it
  name                    = var.name
  description             = var.description
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.recovery_days
  tags                    = { Name = var.name }
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = var.value
}
