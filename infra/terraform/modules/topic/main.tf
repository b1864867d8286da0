# One encrypted SNS topic. Roles of this account publish by their own policies; AWS services by `publishers`.

locals {
  arn = "arn:${var.context.partition}:sns:${var.context.region}:${var.context.account_id}:${var.name}"
}

resource "aws_sns_topic" "this" {
  region            = var.context.region
  name              = var.name
  kms_master_key_id = var.key_arn
  tags              = { Name = var.name }
}

resource "aws_sns_topic_policy" "this" {
  region = var.context.region
  arn    = aws_sns_topic.this.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*" # refuses everybody
        Action    = "sns:Publish"
        Resource  = local.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for name, publisher in var.publishers : {
        Sid       = name
        Effect    = "Allow"
        Principal = { Service = publisher.principal }
        Action    = "sns:Publish"
        Resource  = local.arn
        Condition = publisher.condition
      }],
    )
  })
}
