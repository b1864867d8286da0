# One secret and its value, which goes to Secrets Manager and nowhere else: neither a plan nor the state has it. Whether
# it is the same as before nobody can see therefore; `generation` says when it is to be written anew.

resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57:Its value is replaced by raising `generation` in Terraform, which also rolls the tasks that read it
  region                  = var.region
  name                    = var.name
  description             = var.description
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.recovery_days
  tags                    = { Name = var.name }

  dynamic "replica" {
    for_each = var.replica_keys

    content {
      region     = replica.key
      kms_key_id = replica.value
    }
  }
}

resource "aws_secretsmanager_secret_version" "this" {
  region                   = var.region
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = var.value
  secret_string_wo_version = var.generation
}
