mock_provider "aws" {}

variables {
  context = {
    account_id = "123456789012"
  }

  name       = "slipway-test-users"
  subnet_ids = { eu-west-1a = "subnet-1", eu-west-1b = "subnet-2" }
}

run "both_zones" {
  command = plan

  assert {
    condition     = length(aws_db_subnet_group.this.subnet_ids) == 2
    error_message = "A standby needs a subnet in another zone."
  }
}

run "the_role_is_rdss" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role.monitoring.assume_role_policy).Statement[0].Principal.Service == "monitoring.rds.amazonaws.com"
    error_message = "Enhanced monitoring takes the role."
  }
}
