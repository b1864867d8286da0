mock_provider "aws" {}

variables {
  context = {
    prefix     = "slipway-test-"
    region     = "eu-west-1"
    account_id = "123456789012"
  }

  vpc_id            = "vpc-1"
  interface         = ["ecr.api", "sqs"]
  subnet_ids        = { a = "subnet-1", b = "subnet-2" }
  route_table_ids   = { a = "rtb-1", b = "rtb-2" }
  security_group_id = "sg-1"
}

run "the_free_ones_are_always_there" {
  command = plan

  assert {
    condition     = toset(keys(aws_vpc_endpoint.gateway)) == toset(["s3", "dynamodb"]) && length(aws_vpc_endpoint.gateway["s3"].route_table_ids) == 2
    error_message = "S3 and DynamoDB are reached from every zone without NAT."
  }

  assert {
    condition     = toset(keys(aws_vpc_endpoint.interface)) == toset(["ecr.api", "sqs"]) && alltrue([for endpoint in values(aws_vpc_endpoint.interface) : endpoint.private_dns_enabled])
    error_message = "Those that cost are chosen, and answer at the service's usual name."
  }
}

run "nothing_is_carried_to_another_account" {
  command = plan

  assert {
    condition = alltrue([for endpoint in values(aws_vpc_endpoint.gateway) : alltrue([
      for statement in jsondecode(endpoint.policy).Statement :
      try(statement.Condition.StringEquals["aws:ResourceAccount"] == var.context.account_id, false) || statement.Sid == "LayersOfImages"
    ])])
    error_message = "Buckets and tables of others are not reached, but AWS's own for images."
  }
}

run "others_have_no_gateway" {
  command = plan

  variables {
    gateway = ["sqs"]
  }

  expect_failures = [var.gateway]
}
