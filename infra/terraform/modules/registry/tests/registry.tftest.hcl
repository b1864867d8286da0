mock_provider "aws" {}

variables {
  name    = "slipway-test/users"
  key_arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "tags_never_move" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push && !aws_ecr_repository.this.force_delete
    error_message = "A tag names one image for ever, scanned, and images are not destroyed with the repository."
  }

  assert {
    condition     = aws_ecr_repository.this.encryption_configuration[0].encryption_type == "KMS"
    error_message = "Images are encrypted with our key."
  }
}

run "too_few_to_roll_back_to_are_refused" {
  command = plan

  variables {
    keep = 1
  }

  expect_failures = [var.keep]
}

run "functions_of_the_account_may_have_their_image_where_there_are_any" {
  command = plan

  variables {
    functions_arn = "arn:aws:lambda:eu-west-1:123456789012:function:slipway-test-todos-*"
  }

  assert {
    condition     = jsondecode(aws_ecr_repository_policy.functions[0].policy).Statement[0].Condition.ArnLike["aws:SourceArn"] == var.functions_arn
    error_message = "Lambda fetches images for these functions alone."
  }
}
