# Policy statements from a manifest's permissions: the same as `slipway.provision.policy` makes for the local
# emulator, statement by statement, in the same order, with this environment's names.
# ARNs are composed, not read from resources, so that the documents are known before anything exists.

locals {
  here = "${var.names.region}:${var.names.account_id}"

  references = toset(flatten(var.permissions[*].on))

  parts = { for reference in local.references : reference => {
    kind = split("/", reference)[0]
    name = split("/", reference)[1]
    rest = join("", [for part in slice(split("/", reference), 2, length(split("/", reference))) : "/${part}"])
  } }

  arns = { for reference, part in local.parts : reference => {
    table  = "arn:${var.names.partition}:dynamodb:${local.here}:table/${var.names.prefix}${part.name}${part.rest}"
    bucket = "arn:${var.names.partition}:s3:::${var.names.prefix}${part.name}${var.names.bucket_suffix}${part.rest}"
    queue  = "arn:${var.names.partition}:sqs:${local.here}:${var.names.prefix}${part.name}"
    topic  = "arn:${var.names.partition}:sns:${local.here}:${var.names.prefix}${part.name}"
    role   = "arn:${var.names.partition}:iam::${var.names.account_id}:role/${coalesce(var.names.role_prefix, var.names.prefix)}${part.name}"
    mail = "arn:${var.names.partition}:ses:${local.here}:${lookup({
      identity          = "identity/${var.names.domain}"
      configuration-set = "configuration-set/${var.names.prefix}mail"
    }, part.name, "nothing")}"
  }[part.kind] }

  # A trailing `*` is the part of a pattern that is somebody's own.
  # In a replacement `$` begins a capture, so it is doubled.
  tail = var.own == null ? "*" : "${replace(var.own, "$", "$$")}/*"

  statements = [for permission in var.permissions : merge(
    {
      Effect   = "Allow"
      Action   = permission.allow
      Resource = [for reference in permission.on : replace(local.arns[reference], "/\\*$/", local.tail)] # a final * is somebody's own
    },
    permission.when == null ? {} : {
      Condition = { for test, keys in permission.when : test => {
        for key, values in keys : key => [
          for value in values : replace(value, "/\\*$/", local.tail)
        ]
      } }
    },
  )]
}
