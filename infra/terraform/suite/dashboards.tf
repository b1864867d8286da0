# One dashboard for the suite with a row for each service, and one for each service.

locals {
  web_graphs = { for name in keys(local.services) : name => contains(local.functions, name) ? local.api_graphs[name] : [
    {
      title = "Requests and errors a minute", stat = "Sum"
      metrics = flatten([for target in keys(module.service[name].target_group_suffixes) : [
        { namespace = "AWS/ApplicationELB", name = "RequestCount", label = "${target} requests", dimensions = local.target_dimensions["${name}/${target}"] },
        { namespace = "AWS/ApplicationELB", name = "HTTPCode_Target_5XX_Count", label = "${target} 5xx", dimensions = local.target_dimensions["${name}/${target}"] },
      ]])
    },
    {
      title = "Slowest in a hundred", stat = "p99"
      metrics = [for target in keys(module.service[name].target_group_suffixes) :
        { namespace = "AWS/ApplicationELB", name = "TargetResponseTime", label = target, dimensions = local.target_dimensions["${name}/${target}"] }
      ]
    },
  ] }

  load_graphs = { for name, roles in local.running_roles : name => contains(local.functions, name) ? local.function_graphs[name] : [
    {
      title = "Processor and memory", stat = "Average"
      metrics = flatten([for role in roles : [
        { namespace = "AWS/ECS", name = "CPUUtilization", label = "${role} CPU %", dimensions = local.role_dimensions["${name}/${role}"] },
        { namespace = "AWS/ECS", name = "MemoryUtilization", label = "${role} memory %", dimensions = local.role_dimensions["${name}/${role}"] },
      ]])
    },
    {
      title = "Tasks", stat = "Average"
      metrics = [for role in roles :
        { namespace = "ECS/ContainerInsights", name = "RunningTaskCount", label = role, dimensions = local.role_dimensions["${name}/${role}"] }
      ]
    },
  ] }

  api_graphs = { for name in local.functions : name => [
    {
      title = "Requests and errors a minute", stat = "Sum"
      metrics = flatten([for role, dimensions in module.function[name].dimensions.api : [for metric in ["Count", "4xx", "5xx"] :
        { namespace = "AWS/ApiGateway", name = metric, label = "${role} ${metric}", dimensions = dimensions }
      ]])
    },
    {
      title = "Slowest in a hundred", stat = "p99"
      metrics = [for role, dimensions in module.function[name].dimensions.api :
        { namespace = "AWS/ApiGateway", name = "Latency", label = role, dimensions = dimensions }
      ]
    },
  ] }

  function_graphs = { for name in local.functions : name => [
    {
      title = "Calls and failures a minute", stat = "Sum"
      metrics = flatten([for role, dimensions in module.function[name].dimensions.functions : [for metric in ["Invocations", "Errors", "Throttles"] :
        { namespace = "AWS/Lambda", name = metric, label = "${role} ${metric}", dimensions = dimensions }
      ]])
    },
    {
      title = "At the same time", stat = "Maximum"
      metrics = [for role, dimensions in module.function[name].dimensions.functions :
        { namespace = "AWS/Lambda", name = "ConcurrentExecutions", label = role, dimensions = dimensions }
      ]
    },
  ] }

  queue_graphs = { for name, service in local.services : name => [for queue in service.queues : {
    title = queue.name, stat = "Maximum"
    metrics = [
      { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", label = "waiting", dimensions = { QueueName = module.queue[queue.name].name } },
      { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", label = "oldest, s", dimensions = { QueueName = module.queue[queue.name].name } },
      { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", label = "dead letters", dimensions = { QueueName = module.queue[queue.name].dead_letter_name } },
    ]
  }] }

  table_graphs = { for name, service in local.services : name => [for table in service.stores.tables : {
    title = "Table ${table.name}", stat = "Sum"
    metrics = [
      { namespace = "AWS/DynamoDB", name = "ConsumedReadCapacityUnits", label = "reads", dimensions = { TableName = "${local.prefix}${table.name}" } },
      { namespace = "AWS/DynamoDB", name = "ConsumedWriteCapacityUnits", label = "writes", dimensions = { TableName = "${local.prefix}${table.name}" } },
      { namespace = "AWS/DynamoDB", name = "ReadThrottleEvents", label = "reads throttled", dimensions = { TableName = "${local.prefix}${table.name}" } },
      { namespace = "AWS/DynamoDB", name = "WriteThrottleEvents", label = "writes throttled", dimensions = { TableName = "${local.prefix}${table.name}" } },
    ]
  }] }

  database_graphs = { for name, server in local.servers : name => [{
    title = "Database", stat = "Average"
    metrics = [for metric in ["CPUUtilization", "DatabaseConnections", "ReadLatency", "WriteLatency"] : {
      namespace  = "AWS/RDS", name = metric, label = metric
      dimensions = { (server.kind == "cluster" ? "DBClusterIdentifier" : "DBInstanceIdentifier") = server.identifier }
    }]
  }] }

  edge_graphs = [
    {
      title = "Load balancer", stat = "Sum"
      metrics = [for metric in ["RequestCount", "HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_4XX_Count"] :
        { namespace = "AWS/ApplicationELB", name = metric, label = metric, dimensions = { LoadBalancer = module.load_balancer.arn_suffix } }
      ]
    },
    {
      title = "Cache", stat = "Average"
      metrics = [for node in flatten(module.cache[*].node_names) :
        { namespace = "AWS/ElastiCache", name = "CacheHitRate", label = node, dimensions = { CacheClusterId = node } }
      ]
    },
  ]
}

module "service_dashboard" {
  source   = "../modules/dashboard"
  for_each = local.services

  name   = "${local.prefix}${each.key}"
  region = var.region

  rows = [
    { title = "What clients see", graphs = local.web_graphs[each.key] },
    { title = "Load", graphs = local.load_graphs[each.key] },
    { title = "Queues", graphs = local.queue_graphs[each.key] },
    { title = "Stores", graphs = concat(local.table_graphs[each.key], lookup(local.database_graphs, each.key, [])) },
  ]
}

module "suite_dashboard" {
  source = "../modules/dashboard"

  name   = local.name
  region = var.region

  rows = concat(
    [{ title = "Edge and cache", graphs = local.edge_graphs }],
    [for name in keys(local.services) : { title = name, graphs = concat(local.web_graphs[name], local.load_graphs[name]) }],
  )
}
