# Every object in buckets of other regions too, and every deletion as a mark. What was there before the copying began is
# not copied by S3 itself (docs/operations.md).

locals {
  copied = var.copies == null ? {} : var.copies.buckets
}

resource "aws_iam_role" "copies" {
  count = var.copies == null ? 0 : 1

  name                 = var.copies.role_name
  permissions_boundary = var.copies.boundary_arn
  description          = "Copies the objects of ${var.name} to other regions"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = var.copies.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "copies" {
  count = var.copies == null ? 0 : 1

  name = "copy"
  role = aws_iam_role.copies[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = [local.arn]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]
        Resource = ["${local.arn}/*"] # every object
      },
      {
        Effect   = "Allow"
        Action   = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = [for bucket in values(local.copied) : "${bucket.arn}/*"] # every object
      },
      {
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.key.arn]
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.copies.source}.amazonaws.com" } }
      },
      {
        Effect    = "Allow"
        Action    = ["kms:Encrypt"]
        Resource  = values(local.copied)[*].key_arn
        Condition = { StringEquals = { "kms:ViaService" = [for region in keys(local.copied) : "s3.${region}.amazonaws.com"] } }
      },
    ]
  })
}

resource "aws_s3_bucket_replication_configuration" "this" {
  count = var.copies == null ? 0 : 1

  region = var.region
  bucket = aws_s3_bucket.this.id
  role   = aws_iam_role.copies[0].arn

  dynamic "rule" {
    for_each = local.copied

    content {
      id       = rule.key
      status   = "Enabled"
      priority = index(keys(local.copied), rule.key)

      filter {}

      delete_marker_replication {
        status = "Enabled"
      }

      source_selection_criteria {
        sse_kms_encrypted_objects {
          status = "Enabled"
        }
      }

      destination {
        bucket = rule.value.arn

        encryption_configuration {
          replica_kms_key_id = rule.value.key_arn
        }

        # Every object within 15 minutes, and a measure of what is late.
        replication_time {
          status = "Enabled"

          time {
            minutes = 15
          }
        }

        metrics {
          status = "Enabled"

          event_threshold {
            minutes = 15
          }
        }
      }
    }
  }

  # Only versions are copied, by a role that may.
  depends_on = [aws_s3_bucket_versioning.this, aws_iam_role_policy.copies]
}
