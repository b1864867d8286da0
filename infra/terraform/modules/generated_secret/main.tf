# A secret of random bytes in URL-safe base64, as the services expect their keys. It is made once; raising
# `generation` makes another, and what the old one encrypted stays encrypted with the old one.

resource "random_bytes" "this" {
  length = var.bytes

  keepers = { generation = var.generation }
}

module "secret" {
  source = "../secret"

  name          = var.name
  description   = var.description
  key_arn       = var.key_arn
  value         = replace(replace(random_bytes.this.base64, "+", "-"), "/", "_")
  recovery_days = var.recovery_days
}
