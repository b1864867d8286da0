# Which image runs is the pipeline's decision, kept where both it and Terraform see it: `next` is what one-off
# tasks run (a migration goes before the code that needs it), `current` what everything else runs. Terraform
# writes them once, then only reads: a plan after a deployment is empty, and an apply never brings back an old image.

locals {
  tags = { for slot, parameter in aws_ssm_parameter.release : slot => nonsensitive(parameter.insecure_value) }
}

resource "aws_ssm_parameter" "release" {
  #checkov:skip=CKV2_AWS_34:An image tag is no secret, and Terraform has to read it
  for_each = toset(["next", "current"])

  name            = "/${var.prefix}${var.name}/release/${each.key}"
  description     = "Image tag of ${var.name}: ${each.key == "next" ? "for migrations" : "in service"}"
  type            = "String"
  insecure_value  = var.first_release
  allowed_pattern = "^(none|[A-Za-z0-9][A-Za-z0-9._-]{0,127})$"

  lifecycle {
    ignore_changes = [insecure_value]
  }
}
