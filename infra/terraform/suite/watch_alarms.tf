# What the alarms look at.

locals {
  target_dimensions = merge([for name in keys(local.services) : {
    for target, suffix in module.service[name].target_group_suffixes :
    "${name}/${target}" => { TargetGroup = suffix, LoadBalancer = module.load_balancer.arn_suffix }
  }]...)

  distributions = merge(
    { site = module.site.distribution_id },
    { for delivery in module.delivery : "delivery" => delivery.distribution_id },
    { for front in module.front : "front" => front.distribution_id },
  )

  running_roles = { for name, service in local.services : name => [for role, spec in service.roles : role if spec.kind != "task"] }

  # What functions have no processor of their own for is not asked of them.
  clustered_roles = { for name, roles in local.running_roles : name => contains(local.functions, name) ? [] : roles }

  role_dimensions = merge([for name, roles in local.clustered_roles : {
    for role in roles : "${name}/${role}" => { ClusterName = local.name, ServiceName = "${name}-${role}" }
  }]...)

  role_alarms = { for name, roles in local.running_roles : name => merge(local.load_alarms[name], merge([for role in roles : {
    "${role}-log-errors" = {
      description = "${name}, ${role}: it logs errors. Runbook: docs/operations.md, errors."
      threshold   = 10
      periods     = 1
      seconds     = 300
      metrics     = { errors = { namespace = "${var.project}/${var.environment}", name = module.log_errors[name].metrics["${name}-${role}"], stat = "Sum", dimensions = {} } }
    }
  }]...)) }

  load_alarms = { for name, roles in local.clustered_roles : name => merge([for role in roles : {
    "${role}-cpu" = {
      description = "${name}, ${role}: the processors have been busy for a quarter of an hour though scaling should help. Runbook: docs/operations.md, slowness."
      threshold   = 90
      periods     = 15
      metrics     = { cpu = { namespace = "AWS/ECS", name = "CPUUtilization", stat = "Average", dimensions = local.role_dimensions["${name}/${role}"] } }
    }
    "${role}-memory" = {
      description = "${name}, ${role}: tasks are about to run out of memory. Runbook: docs/operations.md, slowness."
      threshold   = 90
      periods     = 5
      metrics     = { memory = { namespace = "AWS/ECS", name = "MemoryUtilization", stat = "Maximum", dimensions = local.role_dimensions["${name}/${role}"] } }
    }
  }]...) }

  queue_alarms = { for name, service in local.services : name => merge([for queue in service.queues : {
    "${queue.name}-age" = {
      description = "Messages wait in ${queue.name} for more than ten minutes: its worker is down or too slow. Runbook: docs/operations.md, queues."
      threshold   = 600
      periods     = 3
      metrics     = { age = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", stat = "Maximum", dimensions = { QueueName = module.queue[queue.name].name } } }
    }
    "${queue.name}-dead-letters" = {
      description = "Messages of ${queue.name} could not be handled and lie in its dead-letter queue. Runbook: docs/operations.md, queues."
      threshold   = 0
      periods     = 1
      metrics     = { letters = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", stat = "Maximum", dimensions = { QueueName = module.queue[queue.name].dead_letter_name } } }
    }
  }]...) }

  # Aurora's readers may be behind. The standby of an instance is no replica, it is written with every commit; an alarm on
  # its lag would never have anything to look at.
  database_metrics = {
    cpu         = { of = ["instance", "cluster"], name = "CPUUtilization", stat = "Average", threshold = 80, below = false, periods = 10, says = "the processor has been busy for ten minutes" }
    connections = { of = ["instance", "cluster"], name = "DatabaseConnections", stat = "Maximum", threshold = 80, below = false, periods = 5, says = "more than 80 connections are open, though the proxy should share them" }
    lag         = { of = var.database.multi_az ? ["cluster"] : [], name = "AuroraReplicaLagMaximum", stat = "Maximum", threshold = 1000, below = false, periods = 5, says = "a reader is more than a second behind" }
    storage     = { of = ["instance"], name = "FreeStorageSpace", stat = "Minimum", threshold = 2147483648, below = true, periods = 1, says = "less than 2 GiB of storage are free" }
  }

  database_alarms = merge([for name, server in local.servers : {
    for metric, spec in local.database_metrics : "${name}-database-${metric}" => {
      description = "Database of ${name}: ${spec.says}. Runbook: docs/operations.md, the database."
      threshold   = spec.threshold
      below       = spec.below
      periods     = spec.periods
      metrics = { value = {
        namespace  = "AWS/RDS", name = spec.name, stat = spec.stat
        dimensions = { (server.kind == "cluster" ? "DBClusterIdentifier" : "DBInstanceIdentifier") = server.identifier }
      } }
    } if contains(spec.of, server.kind)
  }]...)

  cache_alarms = merge(concat([{}], [for node in flatten(module.cache[*].node_names) : {
    "${node}-lag" = {
      description = "Node ${node} of the cache is more than ten seconds behind. Runbook: docs/operations.md, the cache."
      threshold   = 10
      periods     = 5
      metrics     = { lag = { namespace = "AWS/ElastiCache", name = "ReplicationLag", stat = "Maximum", dimensions = { CacheClusterId = node } } }
    }
    "${node}-cpu" = {
      description = "Node ${node} of the cache is busy. Runbook: docs/operations.md, the cache."
      threshold   = 80
      periods     = 10
      metrics     = { cpu = { namespace = "AWS/ElastiCache", name = "EngineCPUUtilization", stat = "Average", dimensions = { CacheClusterId = node } } }
    }
  }])...)

  table_alarms = merge(
    { for name, table in module.table : "${name}-table-throttled" => {
      description = "Requests to table ${name} are throttled: one key is asked for too often. Runbook: docs/operations.md, tables."
      threshold   = 10
      periods     = 3
      expression  = "FILL(reads, 0) + FILL(writes, 0)"
      metrics = {
        reads  = { namespace = "AWS/DynamoDB", name = "ReadThrottleEvents", stat = "Sum", dimensions = { TableName = table.name } }
        writes = { namespace = "AWS/DynamoDB", name = "WriteThrottleEvents", stat = "Sum", dimensions = { TableName = table.name } }
      }
    } },
    merge([for region in keys(module.replica_key) : { for name, table in module.table : "${name}-table-lag-${region}" => {
      description = "The replica of table ${name} in ${region} is more than a minute behind. Runbook: docs/operations.md, tables."
      threshold   = 60000
      periods     = 5
      metrics     = { lag = { namespace = "AWS/DynamoDB", name = "ReplicationLatency", stat = "Maximum", dimensions = { TableName = table.name, ReceivingRegion = region } } }
    } }]...),
  )

  edge_alarms = {
    certificate = {
      description = "The certificate of the load balancer runs out in less than 30 days: its renewal fails. Runbook: docs/operations.md, certificates."
      threshold   = 30
      below       = true
      periods     = 1
      seconds     = 86400
      metrics     = { days = { namespace = "AWS/CertificateManager", name = "DaysToExpiry", stat = "Minimum", dimensions = { CertificateArn = module.domain.regional_certificate_arn } } }
    }
    unanswered = {
      description = "The load balancer itself answers with 5xx: no task is there to answer. Runbook: docs/operations.md, errors."
      threshold   = 10
      periods     = 2
      metrics     = { errors = { namespace = "AWS/ApplicationELB", name = "HTTPCode_ELB_5XX_Count", stat = "Sum", dimensions = { LoadBalancer = module.load_balancer.arn_suffix } } }
    }
    undelivered-mail = {
      description = "More than 4 % of the mail bounces; at 10 % AWS stops the sending. Runbook: docs/operations.md, mail."
      threshold   = 0.04
      periods     = 1
      seconds     = 3600
      metrics     = { rate = { namespace = "AWS/SES", name = "Reputation.BounceRate", stat = "Average", dimensions = {} } }
    }
  }
}
