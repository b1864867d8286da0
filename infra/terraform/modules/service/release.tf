# Which image runs is the pipeline's decision, kept where both it and Terraform see it: `next` is what one-off
# tasks run (a migration goes before the code that needs it), `current` what everything else runs, and `image` the digest
# of what `current` names, for this environment's processor: Lambda takes no image that is for several. Terraform
# writes them once, then only reads: a plan after a deployment is empty, and an apply never brings back an old image.

locals {
  tags = var.release != null ? var.release : { for slot, parameter in aws_ssm_parameter.release : slot => nonsensitive(parameter.insecure_value) }
}

resource "aws_ssm_parameter" "release" {
  #checkov:skip=CKV2_AWS_34:An image's tag or digest is no secret, and Terraform has to read it
  for_each = var.release != null ? {} : {
    next    = "Image tag of ${var.name}: for migrations"
    current = "Image tag of ${var.name}: in service"
    image   = "Digest of the image of ${var.name} that is in service"
  }

  region          = var.context.region
  name            = "/${var.context.prefix}${var.name}/release/${each.key}"
  description     = each.value
  type            = "String"
  insecure_value  = var.first_release
  allowed_pattern = each.key == "image" ? "^(none|sha256:[0-9a-f]{64}|[A-Za-z0-9][A-Za-z0-9._-]{0,127})$" : "^(none|[A-Za-z0-9][A-Za-z0-9._-]{0,127})$"

  lifecycle {
    ignore_changes = [insecure_value]
  }
}
