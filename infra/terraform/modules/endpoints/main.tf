# AWS's own services without the internet: gateway endpoints cost nothing, interface endpoints
# are billed by the hour and zone, so each is chosen.

locals {
  # What goes through a gateway endpoint is of this account, on both sides: nobody carries data out to a bucket of their own,
  # whatever credentials they bring. Layers of images lie in a bucket of AWS's.
  ours = { StringEquals = { "aws:PrincipalAccount" = var.context.account_id, "aws:ResourceAccount" = var.context.account_id } }

  statements = {
    dynamodb = [{
      Sid       = "Ours"
      Effect    = "Allow"
      Principal = "*" # of this account, by the condition
      Resource  = "*" # of this account, by the condition
      Condition = local.ours
      Action = [
        "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:DescribeStream",
        "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
        "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem",
      ]
    }]
    s3 = [
      {
        Sid       = "Ours"
        Effect    = "Allow"
        Principal = "*" # of this account, by the condition
        Resource  = "*" # of this account, by the condition
        Condition = local.ours
        Action = [
          "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:ListBucketMultipartUploads",
          "s3:ListMultipartUploadParts", "s3:PutObject",
        ]
      },
      {
        Sid       = "LayersOfImages"
        Effect    = "Allow"
        Principal = "*"                                                                                    # ECR signs for whoever pulls
        Resource  = "arn:${var.context.partition}:s3:::prod-${var.context.region}-starport-layer-bucket/*" # all layers
        Action    = ["s3:GetObject"]
      },
    ]
  }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = var.gateway

  region            = var.context.region
  vpc_id            = var.vpc_id
  service_name      = "com.amazonaws.${var.context.region}.${each.key}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = values(var.route_table_ids)
  policy            = jsonencode({ Version = "2012-10-17", Statement = local.statements[each.key] })
  tags              = { Name = "${var.context.prefix}${each.key}" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface

  region              = var.context.region
  vpc_id              = var.vpc_id
  service_name        = "com.amazonaws.${var.context.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = values(var.subnet_ids)
  security_group_ids  = compact([var.security_group_id])
  tags                = { Name = "${var.context.prefix}${each.key}" }
}
