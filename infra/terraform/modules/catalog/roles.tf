# How each role of a service runs, scales and is rolled out.

locals {
  roles = {
    for name, raw in local.raw : name => {
      for role, given in raw.roles : role => {
        kind         = given.kind
        cpu          = try(given.cpu, 256)
        memory       = try(given.memory, 512)
        stop_timeout = try(given.stop_timeout, 30)
        scaling = try(given.scaling, null) == null ? null : {
          min = try(given.scaling.min, 2)
          max = try(given.scaling.max, 10)
          # A target that is switched off is written `null`, which is not the same as not written.
          cpu_percent         = contains(keys(given.scaling), "cpu_percent") ? given.scaling.cpu_percent : 60
          requests_per_target = try(given.scaling.requests_per_target, null)
          messages_per_task   = try(given.scaling.messages_per_task, null)
        }
        deployment = {
          strategy     = try(given.deployment.strategy, "rolling")
          percent      = try(given.deployment.percent, 10)
          step_minutes = try(given.deployment.step_minutes, 5)
          bake_minutes = try(given.deployment.bake_minutes, 5)
        }
      }
    }
  }
}
