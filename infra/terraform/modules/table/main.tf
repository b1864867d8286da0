# One DynamoDB table as its manifest describes it: billed per request, recoverable to any second of 35 days.

locals {
  # Keys of the table and of its indexes; all are strings. An attribute is declared once.
  attributes = toset(compact(flatten([
    var.partition, var.sort, [for index in var.indexes : [index.partition, index.sort]],
  ])))
}

resource "aws_dynamodb_table" "this" {
  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  table_class  = "STANDARD"
  hash_key     = var.partition
  range_key    = var.sort

  deletion_protection_enabled = var.deletion_protection
  stream_enabled              = local.stream != null
  stream_view_type            = local.stream

  dynamic "attribute" {
    for_each = local.attributes

    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "local_secondary_index" {
    for_each = { for index in var.indexes : index.name => index if index.local }

    content {
      name            = local_secondary_index.key
      range_key       = local_secondary_index.value.sort
      projection_type = "ALL"
    }
  }

  dynamic "global_secondary_index" {
    for_each = { for index in var.indexes : index.name => index if !index.local }

    content {
      name            = global_secondary_index.key
      projection_type = "ALL"
      hash_key        = global_secondary_index.value.partition
      range_key       = global_secondary_index.value.sort
    }
  }

  dynamic "ttl" {
    for_each = var.ttl == null ? [] : [var.ttl]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  dynamic "replica" {
    for_each = var.replica_keys

    content {
      region_name                 = replica.key
      kms_key_arn                 = replica.value
      point_in_time_recovery      = true
      deletion_protection_enabled = var.deletion_protection
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.key_arn
  }

  tags = { Name = var.name }
}

locals {
  # Replicas are fed by a stream of both images.
  stream = length(var.replica_keys) > 0 ? "NEW_AND_OLD_IMAGES" : var.stream
}
