mock_provider "aws" {
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-west-1:123456789012:rule/x" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:x:live" }
  }
}

variables {
  context = {
    prefix     = "slipway-test-"
    region     = "eu-west-1"
    account_id = "123456789012"
  }

  name            = "media"
  repository_url  = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/slipway-test/media"
  image           = "sha256:0123456789012345678901234567890123456789012345678901234567890123"
  environment     = { LOG_LEVEL = "INFO" }
  edge            = { FUNCTION_EDGE_ONLY = "true" }
  secrets         = { KEY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x:::v" }
  role_arn        = "arn:aws:iam::123456789012:role/task"
  key_arn         = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  hosts           = ["media.example.com", "media.origin.example.com"]
  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/x"
  per_second      = 200
  burst           = 400
  read_timeout    = 45
  concurrent      = 100
  topic_arn       = "arn:aws:sns:eu-west-1:123456789012:notices"
  log_group_names = { api = "/slipway-test-media/api", worker = "/slipway-test-media/worker" }
  queues          = { uploads = { arn = "arn:aws:sqs:eu-west-1:123456789012:uploads", consumer = "worker", timeout = 30 } }
  streams         = { media = "arn:aws:dynamodb:eu-west-1:123456789012:table/media/stream/1" }

  roles = {
    api = {
      kind       = "web", cpu = 256, memory = 512, stop_timeout = 30
      scaling    = { min = 2, max = 10, cpu_percent = 60, requests_per_target = 200, messages_per_task = null }
      deployment = { strategy = "canary", percent = 10, step_minutes = 5, bake_minutes = 15 }
    }
    worker = {
      kind       = "worker", cpu = 1024, memory = 2048, stop_timeout = 60
      scaling    = { min = 1, max = 20, cpu_percent = 60, requests_per_target = null, messages_per_task = 20 }
      deployment = { strategy = "rolling", percent = 10, step_minutes = 5, bake_minutes = 5 }
    }
  }
}

run "one_image_is_both_functions" {
  command = plan

  assert {
    condition     = aws_lambda_function.role["api"].image_config[0].command == tolist(["function-api"]) && aws_lambda_function.role["worker"].image_config[0].command == tolist(["function-worker"]) && aws_lambda_function.role["api"].image_uri == "${var.repository_url}@${var.image}"
    error_message = "Two commands of one image, by its digest."
  }

  assert {
    condition     = aws_lambda_function.role["api"].environment[0].variables["FUNCTION_EDGE_ONLY"] == "true" && !contains(keys(aws_lambda_function.role["worker"].environment[0].variables), "FUNCTION_EDGE_ONLY") && aws_lambda_function.role["worker"].environment[0].variables["FUNCTION_SECRETS"] == jsonencode(var.secrets)
    error_message = "The API knows CloudFront; secrets are references."
  }

  assert {
    condition     = aws_lambda_function.role["api"].timeout == 29 && aws_lambda_function.role["worker"].timeout == 30 && length(aws_lambda_function.role["api"].vpc_config) == 0
    error_message = "API Gateway waits 30 seconds, messages are hidden for 30."
  }
}

run "the_manifests_limits_hold" {
  command = plan

  assert {
    condition     = one(aws_apigatewayv2_stage.all["api"].default_route_settings).throttling_burst_limit == 400 && one(aws_apigatewayv2_stage.all["api"].default_route_settings).throttling_rate_limit == 200 && aws_lambda_function.role["api"].reserved_concurrent_executions == 100
    error_message = "Requests a second and at once."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.queue["uploads"].scaling_config[0].maximum_concurrency == 20 && aws_lambda_function.role["worker"].reserved_concurrent_executions == 60
    error_message = "A queue has its share; a stream and the clock have theirs."
  }

  assert {
    condition     = output.functions["api"].strategy == "canary" && output.functions["worker"].strategy == "rolling" && toset(output.functions["api"].alarms) == toset(["slipway-test-media-api-function-errors", "slipway-test-media-api-function-slow"])
    error_message = "A deployment has to know how a version takes over, and what takes it back."
  }
}

run "before_the_first_release_there_is_an_address_and_no_function" {
  command = plan

  variables {
    image = "none"
  }

  assert {
    condition     = length(aws_lambda_function.role) + length(aws_lambda_event_source_mapping.stream) + length(aws_lambda_permission.api) + length(aws_cloudwatch_event_target.periodic) == 0 && length(aws_apigatewayv2_domain_name.host) == 2
    error_message = "Lambda makes no function without an image."
  }
}

run "a_store_in_the_network_takes_them_there" {
  command = plan

  variables {
    subnet_ids        = { a = "subnet-1", b = "subnet-2" }
    security_group_id = "sg-1"
  }

  assert {
    condition     = aws_lambda_function.role["worker"].vpc_config[0].subnet_ids == toset(["subnet-1", "subnet-2"])
    error_message = "All zones."
  }
}

run "concurrency_is_reserved_otherwise_where_that_is_said" {
  command = plan

  variables {
    concurrency = { api = -1, worker = 7 }
  }

  assert {
    condition     = aws_lambda_function.role["api"].reserved_concurrent_executions == -1 && aws_lambda_function.role["worker"].reserved_concurrent_executions == 7
    error_message = "A new account has ten in all."
  }
}

run "a_secret_by_value_is_refused" {
  command = plan

  variables {
    secrets = { KEY = "word" }
  }

  expect_failures = [var.secrets]
}

run "variables_that_lambda_sets_itself_are_refused" {
  command = plan

  variables {
    environment = { AWS_REGION = "eu-west-1" }
  }

  expect_failures = [var.environment]
}
