# What ECS may do to the load balancer while it shifts the traffic of this service.

resource "aws_iam_role" "shift" {
  count = length(local.shifting) == 0 || var.host == null ? 0 : 1

  name                 = "${var.context.prefix}${var.name}-shift"
  permissions_boundary = var.context.boundary_arn
  description          = "Lets ECS move traffic between versions of ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "shift" {
  count = length(aws_iam_role.shift)

  name = "shift"
  role = aws_iam_role.shift[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
        ]
        Resource = ["*"] # reading a load balancer's configuration has no resources to name
      },
      {
        Effect   = "Allow"
        Action   = ["elasticloadbalancing:ModifyRule"]
        Resource = [for rule in aws_lb_listener_rule.web : rule.arn]
      },
      {
        Effect   = "Allow"
        Action   = ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]
        Resource = [for group in aws_lb_target_group.this : group.arn]
      },
    ]
  })
}
