# One bucket for the access logs of the load balancer, of CloudFront and of the other buckets.
# AWS delivers into it only with S3's own key, so it is the one bucket without a key of ours.

module "bucket" {
  source = "../bucket"

  name          = var.name
  region        = var.context.region
  partition     = var.context.partition
  expire_days   = var.expire_days
  force_destroy = var.force_destroy

  grants = {
    LoadBalancer = {
      principal = "logdelivery.elasticloadbalancing.amazonaws.com"
      actions   = ["s3:PutObject"]
      keys      = ["alb/AWSLogs/${var.context.account_id}/*"] # below, AWS chooses
      # The account is in the keys. AWS does not promise to name it here besides, and refuses a bucket it cannot write to.
      condition = { StringEqualsIfExists = { "aws:SourceAccount" = var.context.account_id } }
    }
    AWSLogDeliveryWrite = {
      principal = "delivery.logs.amazonaws.com"
      actions   = ["s3:PutObject"]
      keys      = ["*"] # it chooses its keys below the account's id and the suffix of each delivery
      condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account_id, "s3:x-amz-acl" = "bucket-owner-full-control" }
        ArnLike      = { "aws:SourceArn" = "arn:${var.context.partition}:logs:us-east-1:${var.context.account_id}:delivery-source:*" } # of this account
      }
    }
    Buckets = {
      principal = "logging.s3.amazonaws.com"
      actions   = ["s3:PutObject"]
      keys      = ["s3/*"] # below, AWS chooses
      condition = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
    }
  }
}

# CloudFront's deliveries are arranged in us-east-1, wherever the bucket is.
resource "aws_cloudwatch_log_delivery_destination" "this" {
  count = var.distributions ? 1 : 0

  region = "us-east-1"

  name          = var.name
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = module.bucket.arn
  }

  # The bucket's policy too: AWS looks whether it may write.
  depends_on = [module.bucket]
}
