run "the_suites_manifests" {
  command = plan

  variables {
    services = "../../../../services"
  }

  assert {
    condition     = alltrue([for service in values(output.services) : contains(keys(service.roles), "api")])
    error_message = "Every service answers: it has a role named api."
  }

  assert {
    condition     = alltrue(flatten([for service in values(output.services) : [for queue in service.queues : contains(keys(service.roles), queue.consumer)]]))
    error_message = "Every queue has a consumer."
  }

  assert {
    condition     = alltrue(flatten([for service in values(output.services) : [for queue in service.queues : [for subscription in queue.subscribes : contains(keys(output.topics), subscription.topic)]]]))
    error_message = "Every subscription is to a topic that somebody publishes to."
  }
}

run "a_manifest_that_says_little_gets_every_default" {
  command = plan

  variables {
    services = "tests/services"
  }

  assert {
    condition     = output.services["small"].port == 8080 && output.services["small"].visibility == "public"
    error_message = "Port and visibility have defaults."
  }

  assert {
    condition     = output.services["small"].roles["api"].deployment.strategy == "rolling" && output.services["small"].roles["api"].scaling == null
    error_message = "A role rolls and does not scale unless it says so."
  }

  assert {
    condition     = output.services["small"].roles["worker"].scaling.cpu_percent == null && output.services["small"].roles["worker"].scaling.max == 10
    error_message = "A target that is switched off stays off, one that is left out has its default."
  }
}

run "another_folder_is_refused" {
  command = plan

  variables {
    services = "tests"
  }

  expect_failures = [var.services]
}
