# Enhanced monitoring: the operating system's figures, once a minute.

resource "aws_iam_role" "monitoring" {
  name                 = "${var.name}-monitoring"
  permissions_boundary = var.context.boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:${var.context.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
