# One policy: refuse what is not TLS, allow what `grants` says.

locals {
  arn = "arn:${var.partition}:s3:::${var.name}"
}

resource "aws_s3_bucket_policy" "this" {
  region = var.region
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"                           # refuses everybody
        Action    = "s3:*"                        # refuses everything, so it must name everything
        Resource  = [local.arn, "${local.arn}/*"] # the bucket and all that is in it
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for name, grant in var.grants : {
        Sid       = name
        Effect    = "Allow"
        Principal = { Service = grant.principal }
        Action    = grant.actions
        Resource  = [for key in grant.keys : "${local.arn}/${key}"]
        Condition = grant.condition
      }],
    )
  })

  # The block must stand first: a policy is judged by it when it is put.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
