# A private, versioned, encrypted bucket that speaks TLS only. Who else may use it is said in `grants`.

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:Whether another region has its objects too is a decision of the environment, made by `copies`
  #checkov:skip=CKV2_AWS_62:Only buckets whose objects somebody waits for announce them
  #checkov:skip=CKV_AWS_145:A bucket that AWS delivers logs into cannot use a customer's key; all others are given one
  region        = var.region
  bucket        = var.name
  force_destroy = var.force_destroy
  tags          = { Name = var.name }
}

resource "aws_s3_bucket_public_access_block" "this" {
  region = var.region
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  region = var.region
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  region = var.region
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  region = var.region
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = var.key != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.key == null ? "AES256" : "aws:kms"
      kms_master_key_id = one(var.key[*].arn)
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  region = var.region
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "unfinished-and-replaced"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_days
    }

    # A mark of deletion whose versions are gone marks nothing, and makes listing slow. Where objects expire it goes with them.
    dynamic "expiration" {
      for_each = var.expire_days == null ? ["markers"] : []

      content {
        expired_object_delete_marker = true
      }
    }
  }

  dynamic "rule" {
    for_each = var.expire_days == null ? [] : [var.expire_days]

    content {
      id     = "expire"
      status = "Enabled"

      filter {}

      expiration {
        days = rule.value
      }
    }
  }
}

resource "aws_s3_bucket_logging" "this" {
  count = var.log_bucket == null ? 0 : 1

  region        = var.region
  bucket        = aws_s3_bucket.this.id
  target_bucket = var.log_bucket
  target_prefix = "s3/${var.name}/"
}

resource "aws_s3_bucket_accelerate_configuration" "this" {
  count = var.acceleration ? 1 : 0

  region = var.region
  bucket = aws_s3_bucket.this.id
  status = "Enabled"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count = length(var.browser_origins) == 0 ? 0 : 1

  region = var.region
  bucket = aws_s3_bucket.this.id

  cors_rule {
    allowed_headers = ["*"] # a presigned upload's headers are checked by its signature
    allowed_methods = ["GET", "HEAD", "POST", "PUT"]
    allowed_origins = var.browser_origins
    expose_headers  = ["ETag"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_notification" "this" {
  count = var.notify == null ? 0 : 1

  region = var.region
  bucket = aws_s3_bucket.this.id

  topic {
    id            = "changes"
    topic_arn     = var.notify.topic_arn
    events        = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"] # however it came or went
    filter_prefix = var.notify.prefix == "" ? null : var.notify.prefix
  }
}
