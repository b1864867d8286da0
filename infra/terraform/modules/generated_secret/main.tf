# A secret of random bytes in URL-safe base64, as the services expect their keys. It is made once; raising
# `generation` makes another, and what the old one encrypted stays encrypted with the old one.

locals {
  # A letter of base64 is six bits, each as likely as the other: the bytes are as random as the letters are. The last one
  # may hold two or four bits only, for which these letters stand.
  letters = floor(var.bytes * 8 / 6)
  last    = ["", "AQgw", "AEIMQUYcgkosw048"][var.bytes % 3]
  padding = ["", "==", "="][var.bytes % 3]
}

ephemeral "random_password" "letters" {
  length           = local.letters
  override_special = "-_"
}

ephemeral "random_password" "last" {
  count = local.last == "" ? 0 : 1

  length           = 1
  upper            = false
  lower            = false
  numeric          = false
  override_special = local.last
}

module "secret" {
  source = "../secret"

  name          = var.name
  description   = var.description
  key_arn       = var.key_arn
  value         = join("", [ephemeral.random_password.letters.result, local.last == "" ? "" : ephemeral.random_password.last[0].result, local.padding])
  generation    = var.generation
  recovery_days = var.recovery_days
  replica_keys  = var.replica_keys
}
