# What the suite promises as a whole, as far as its modules' outputs tell it before anything exists. What single resources
# have to be (encrypted, private, kept for how long) the properties in tests/terraform say of each environment's plan.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  environment         = "test"
  account_id          = "123456789012"
  region              = "eu-west-1"
  domain              = "example.com"
  notice_emails       = ["notices@example.com"]
  monthly_budget_usd  = 100
  deletion_protection = true
  database            = { multi_az = true, backup_days = 7 }
  cache               = { nodes = 2 }

  network = {
    cidr  = "10.20.0.0/16"
    zones = ["eu-west-1a", "eu-west-1b"]
    nat   = "per_az"
  }
}

run "hosts_queues_roles_and_secrets_are_as_the_manifests_say" {
  command = plan

  assert {
    condition     = alltrue([for name, service in output.manifests : output.urls[name] == "https://${service.subdomain}.example.com" if service.visibility == "public"])
    error_message = "A service is at its manifest's subdomain."
  }

  assert {
    condition     = length(setsubtract(values(local.hosts), local.certified)) == 0
    error_message = "Every host is on the certificate by name."
  }

  assert {
    condition     = alltrue([for name in keys(local.public) : contains(keys(module.service[name].target_group_suffixes), "api/blue")])
    error_message = "The load balancer has somewhere to send each host's requests."
  }

  assert {
    condition     = alltrue([for queue in values(module.queue) : queue.dead_letter_name != queue.name]) && length(module.queue) > 0
    error_message = "A queue's dead letters lie in another queue."
  }

  assert {
    condition = alltrue(flatten([for name, service in output.manifests : [
      for queue in service.queues : [for what in ["age", "dead-letters"] : contains(keys(module.service_alarms[name].names), "${queue.name}-${what}")]
    ]]))
    error_message = "Messages that wait and messages that were given up raise an alarm."
  }

  assert {
    condition = alltrue(flatten([for name, service in output.manifests : [
      for role, spec in service.roles : [for what in ["cpu", "memory", "log-errors"] : contains(keys(module.service_alarms[name].names), "${role}-${what}")] if spec.kind != "task"
    ]]))
    error_message = "Load and logged errors of every role raise an alarm."
  }

  assert {
    condition = alltrue([for name in keys(output.manifests) :
      length(setintersection(keys(local.secrets[name]), keys(merge(local.common_environment, local.own_environment[name])))) == 0
    ])
    error_message = "What is secret reaches a task by reference only."
  }

  assert {
    condition     = alltrue([for service in values(output.deployment.services) : alltrue([for tag in values(service.tags) : tag == "none"])])
    error_message = "An environment begins without images."
  }

  assert {
    condition     = local.common_environment.TRUSTED_PROXIES == "1" && alltrue([for told in values(local.environment) : lookup(told, "EDGE_DOMAIN", "") == "origin.example.com"])
    error_message = "Services know that one proxy stands before them, and one more where the web app's calls come from."
  }

  assert {
    condition     = !contains(keys(local.secrets[local.deliverer]), "EDGE_PRIVATE_KEY") && !contains(keys(local.own_environment[local.deliverer]), "EDGE_KEY_PAIR_ID")
    error_message = "Both are told, or none."
  }
}

# All at once: a plan of everything takes longer than all that is asked of it.
run "what_is_chosen_otherwise_is_followed" {
  command = plan

  variables {
    open_to          = "cloudfront"
    database         = { engine = "aurora", multi_az = true, backup_days = 7 }
    service_settings = { media = { CLAMAV_HOST = "clamd.internal" } }

    delivery_public_keys = {
      first  = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"
      second = "-----BEGIN PUBLIC KEY-----\nMIIC\n-----END PUBLIC KEY-----\n"
    }
    delivery_signing_key = { name = "second", secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slipway-test-edge-key/second-AbCdEf" }

    regions = { eu-central-1 = { cidr = "10.21.0.0/16", zones = ["eu-central-1a", "eu-central-1b"], standing = true } }
  }

  assert {
    condition     = toset(local.failing_names) == toset(["*.origin.example.com"]) && length(aws_route53_record.origin.failover_routing_policy) == 1 && alltrue([for record in values(aws_route53_record.host) : length(record.failover_routing_policy) == 0])
    error_message = "What CloudFront asks of fails over to the other region; hosts lead to CloudFront, which is in none."
  }

  assert {
    condition     = length(module.firewall.edge_ids) == 2 && length(module.firewall_elsewhere["eu-central-1"].edge_ids) == 1
    error_message = "Route 53 is let in beside CloudFront where it looks whether the load balancer answers."
  }

  assert {
    condition     = output.deployment.standing["eu-central-1"].load_balancer == null && contains(keys(module.edge_alarms.names), "region-away")
    error_message = "A release asks no load balancer that answers CloudFront alone, and people are told when the first one does not answer."
  }

  assert {
    condition     = length(module.front) == 1 && local.common_environment.TRUSTED_PROXIES == "2"
    error_message = "Every host goes through CloudFront, and the services know of both that stand before them."
  }

  assert {
    condition     = length([for told in concat(values(local.environment), values(local.environment_elsewhere)) : told if contains(keys(told), "EDGE_DOMAIN") || told.TRUSTED_PROXIES != "2"]) == 0
    error_message = "There is no way past CloudFront, in either region, by which a call would have passed one proxy less."
  }

  assert {
    condition = length(flatten([for name in keys(local.hosts) : [
      for route in output.manifests[name].gateway.cache : route.path if route.groups != null && try(local.grouped[route.path][local.hosts[name]], null) != route.groups
    ]])) == 0
    error_message = "Callers are grouped at the edge as the manifests say."
  }

  assert {
    condition     = length(module.postgres) == 0 && keys(module.aurora) == keys(module.database_proxy)
    error_message = "Each database is Aurora's, behind the same proxy."
  }

  assert {
    condition     = [for name, secrets in local.secrets : secrets.EDGE_PRIVATE_KEY.value_from if contains(keys(secrets), "EDGE_PRIVATE_KEY")] == [var.delivery_signing_key.secret_arn]
    error_message = "One service has the private half, by reference."
  }

  assert {
    condition     = [for name, told in local.own_environment : name if contains(keys(told), "EDGE_KEY_PAIR_ID")] == [local.deliverer]
    error_message = "The same service knows the key's id at CloudFront."
  }

  assert {
    condition     = contains(keys(local.own_environment[local.deliverer]), "EDGE_DISTRIBUTION_ID") && length(aws_iam_role_policy.invalidations) == 1
    error_message = "It knows what to tell of what is gone, and may."
  }

  assert {
    condition     = toset(keys(module.delivery[0].key_ids)) == toset(["first", "second"])
    error_message = "What either key has signed opens: a key is changed while links of the one before still do."
  }

  assert {
    condition     = [for name, told in local.environment : name if contains(keys(told), "CLAMAV_HOST")] == ["media"]
    error_message = "A setting is one service's."
  }
}

run "without_a_way_out_nobody_is_told_to_call_cloudfront" {
  command = plan

  variables {
    network     = { cidr = "10.20.0.0/16", zones = ["eu-west-1a", "eu-west-1b"], nat = "none", endpoints = ["ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "sns", "sqs", "sts"] }
    inner_names = true

    database     = { engine = "aurora", multi_az = true, backup_days = 7 }
    regions      = { eu-central-1 = { cidr = "10.21.0.0/16", zones = ["eu-central-1a", "eu-central-1b"], standing = true } }
    owner_region = "eu-central-1"
  }

  assert {
    condition     = aws_route53_health_check.answers["eu-west-1"].invert_healthcheck && !contains(keys(module.edge_alarms.names), "region-away")
    error_message = "Nobody is told again and again that names lead to the region that leads."
  }

  assert {
    condition     = !contains(keys(local.own_environment[local.deliverer]), "EDGE_DISTRIBUTION_ID") && length(aws_iam_role_policy.invalidations) == 0
    error_message = "CloudFront's API has no endpoint in a network: each deletion would wait for it in vain."
  }
}

run "what_the_configuration_tells_a_service_is_not_a_setting_of_somebodys" {
  command = plan

  variables {
    service_settings = { media = { MEDIA_BUCKET = "mine" } }
  }

  expect_failures = [output.deployment]
}
