# One service as functions, from the image that its tasks would run: one for its API behind an HTTP API, one for what its
# worker does. Which version serves is the pipeline's decision, which moves the alias `live`.

locals {
  api    = { for role, spec in var.roles : role => spec if spec.kind == "web" }
  worker = { for role, spec in var.roles : role => spec if spec.kind == "worker" }
  all    = merge(local.api, local.worker)

  released = var.image != "none"
  image    = "${var.repository_url}${startswith(var.image, "sha256:") ? "@" : ":"}${var.image}"

  # Nothing runs before the first release: Lambda makes no function without its image.
  live = { for role, spec in local.all : role => spec if local.released }

  names = { for role in keys(local.all) : role => "${var.context.prefix}${var.name}-${role}" }

  # Composed, so that what calls a function can be made before it.
  alias      = "live"
  alias_arns = { for role, name in local.names : role => "arn:${var.context.partition}:lambda:${var.context.region}:${var.context.account_id}:function:${name}:${local.alias}" }

  # API Gateway waits no longer than 30 seconds; a batch of a queue must be done while its messages are hidden.
  timeouts = merge(
    { for role in keys(local.api) : role => min(29, var.read_timeout) },
    { for role in keys(local.worker) : role => min(60, [for queue in local.queues[role] : queue.timeout]...) },
  )

  queues  = { for role in keys(local.worker) : role => { for name, queue in var.queues : name => queue if queue.consumer == role } }
  readers = { for role in keys(local.worker) : role => length(local.queues[role]) + length(var.streams) + 1 }

  concurrency = merge(
    { for role in keys(local.api) : role => coalesce(var.concurrency.api, var.concurrent) },
    { for role, spec in local.worker : role => coalesce(var.concurrency.worker, local.most[role] * local.readers[role]) },
  )

  # A queue's share of its worker; the least that SQS knows is two.
  most = { for role, spec in local.worker : role => max(2, try(spec.scaling.max, 1)) }
}

resource "aws_lambda_function" "role" {
  #checkov:skip=CKV_AWS_116:What calls it asynchronously is a schedule, which comes again; streams and queues put aside themselves
  #checkov:skip=CKV_AWS_117:It stands in the network where a store of its service does; elsewhere it has nothing to reach there
  #checkov:skip=CKV_AWS_50:Tracing is the service's own, as in its tasks
  #checkov:skip=CKV_AWS_272:Code signing is for zip files; images are signed, and their tags never move
  for_each = local.live

  function_name = local.names[each.key]
  description   = "${var.name}, role ${each.key}"
  role          = var.role_arn
  package_type  = "Image"
  image_uri     = local.image
  architectures = [var.architecture == "ARM64" ? "arm64" : "x86_64"]
  memory_size   = max(512, each.value.memory) # a processor comes with memory: 1,769 MiB are one
  timeout       = local.timeouts[each.key]
  kms_key_arn   = var.key_arn

  reserved_concurrent_executions = local.concurrency[each.key]

  image_config {
    command = [each.value.kind == "web" ? "function-api" : "function-worker"]
  }

  environment {
    variables = merge(
      var.environment,
      { for name in ["FUNCTION_SECRETS"] : name => jsonencode(var.secrets) if length(var.secrets) > 0 },
      each.value.kind == "web" ? var.edge : {},
    )
  }

  logging_config {
    log_format = "Text" # each line is JSON already, the service's own
    log_group  = var.log_group_names[each.key]
  }

  dynamic "vpc_config" {
    for_each = var.subnet_ids == null ? [] : [var.subnet_ids]

    content {
      subnet_ids         = values(vpc_config.value)
      security_group_ids = [var.security_group_id]
    }
  }

  tags = { Name = local.names[each.key] }

  lifecycle {
    ignore_changes = [image_uri, description] # a deployment brings another image, or the same one anew

    precondition {
      condition     = length(local.names[each.key]) <= 55
      error_message = "${local.names[each.key]} is too long for a function with a schedule: 55 characters are the most."
    }

    precondition {
      condition     = local.concurrency[each.key] != 0
      error_message = "${var.name}, role ${each.key}: a function of which none may run answers nobody. -1 reserves nothing."
    }
  }
}

resource "aws_lambda_alias" "live" {
  for_each = local.live

  name             = local.alias
  description      = "What is in service"
  function_name    = aws_lambda_function.role[each.key].function_name
  function_version = "$LATEST"

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}
