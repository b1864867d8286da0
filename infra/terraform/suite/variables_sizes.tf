# How much of everything.

variable "architecture" {
  description = "Processor of the tasks: ARM64 (Graviton, cheaper) or X86_64."
  type        = string
  default     = "ARM64"
  nullable    = false
}

variable "spot_percent" {
  description = "Share of the tasks above each role's floor that runs on Fargate Spot; 100 puts all of them there."
  type        = number
  default     = 0
  nullable    = false
}

variable "machines" {
  description = "EC2 machines of our own in place of Fargate: for which `services` (null: all), of which instance `types` (one size, of the architecture; the first preferred), how many, how many of them never Spot (`on_demand`), the share of Spot among the others, and how full ECS keeps them. Null for Fargate alone."
  type = object({
    services       = optional(set(string))
    types          = optional(list(string), [])
    min            = optional(number, 2)
    max            = optional(number, 10)
    on_demand      = optional(number, 2)
    spot_percent   = optional(number, 0)
    target_percent = optional(number, 90)
  })
  default = null

  validation {
    condition     = try(var.machines.services, null) == null || length(setsubtract(coalesce(try(var.machines.services, null), []), keys(local.services))) == 0
    error_message = "machines.services names a service that has no folder: ${join(", ", setsubtract(coalesce(try(var.machines.services, null), []), keys(local.services)))}."
  }

  validation {
    condition     = try(length(var.machines.services), 1) > 0
    error_message = "machines.services names at least one service; null is all of them, and without `machines` there are none."
  }

  validation {
    condition     = var.machines == null || var.network.nat != "none" || length(setsubtract(["ecs", "ecs-agent", "ecs-telemetry"], var.network.endpoints)) == 0
    error_message = "Without NAT a machine joins the cluster by endpoints only: ecs, ecs-agent and ecs-telemetry are needed."
  }
}

variable "compute" {
  description = "Where a service runs that does not run in tasks on the cluster, by its name: `lambda`, as functions behind an HTTP API."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for where in values(var.compute) : where == "lambda"])
    error_message = "A service runs in tasks, which is not written, or as lambda."
  }

  validation {
    condition     = length(setsubtract(keys(var.compute), keys(local.services))) == 0
    error_message = "compute names a service that has no folder: ${join(", ", setsubtract(keys(var.compute), keys(local.services)))}."
  }

  validation {
    condition     = var.open_to == "cloudfront" || alltrue([for name in keys(var.compute) : length(try(local.services[name].gateway.limits, [])) == 0])
    error_message = "A manifest that limits paths for each client needs a firewall before the service, which an HTTP API has not: as lambda such a service needs open_to = \"cloudfront\"."
  }

  validation {
    condition     = var.network.nat != "none" || alltrue([for name in keys(var.compute) : try(local.services[name].stores.postgres == null && local.services[name].stores.redis == null, true)])
    error_message = "Functions with a store in the network reach the issuer's address through NAT: as lambda such a service needs network.nat."
  }

  validation {
    condition     = !var.inner_names || !contains(keys(var.compute), local.issuer_service)
    error_message = "With inner_names the services ask the issuer inside the network, where a function has no name: it cannot run as lambda."
  }
}

variable "function_concurrency" {
  description = "How many functions of a service may run at once, reserved for it from what the account has (1,000 usually, far fewer in a new account): for its `api` and its `worker`. Null follows the manifest, -1 reserves nothing."
  type = map(object({
    api    = optional(number)
    worker = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in values(var.function_concurrency) : alltrue([for number in [one.api, one.worker] : number == null || try((number == -1 || number >= 1) && floor(number) == number, false)])])
    error_message = "From 1 function on, or -1 to reserve nothing."
  }

  validation {
    condition     = length(setsubtract(keys(var.function_concurrency), keys(local.services))) == 0
    error_message = "function_concurrency names a service that has no folder: ${join(", ", setsubtract(keys(var.function_concurrency), keys(local.services)))}."
  }
}

variable "floor_cap" {
  description = "No role keeps more tasks than this when idle; null leaves the manifests' numbers."
  type        = number
  default     = null

  validation {
    condition     = var.floor_cap == null || (coalesce(var.floor_cap, 1) >= 1 && floor(coalesce(var.floor_cap, 1)) == coalesce(var.floor_cap, 1))
    error_message = "At least one task, or nobody answers; and a whole number."
  }
}

variable "floors" {
  description = "Floors of web roles by the clock: schedule, time zone, least number of tasks from then on."
  type = map(object({
    schedule = string
    timezone = optional(string, "Etc/UTC")
    min      = number
  }))
  default  = {}
  nullable = false
}

variable "strategy" {
  description = "How new versions of web roles take over here, in place of what the manifests say: rolling, blue_green, canary or linear."
  type        = string
  default     = null
}

variable "database" {
  description = "Postgres of each service that has one: an RDS `instance` (size, storage, a standby in a second zone) or an `aurora` cluster (capacity units, a reader in a second zone). `snapshots`, by service, are what new servers begin with."
  type = object({
    engine         = optional(string, "instance")
    version        = optional(string, "17")
    instance_class = optional(string, "db.t4g.micro")
    storage_gib    = optional(number, 20)
    capacity       = optional(object({ min = number, max = number }), { min = 0.5, max = 8 })
    multi_az       = bool
    backup_days    = number
    snapshots      = optional(map(string), {})
  })

  validation {
    condition     = contains(["instance", "aurora"], var.database.engine)
    error_message = "The database's engine is instance or aurora."
  }

  validation {
    condition     = length(setsubtract(keys(var.database.snapshots), keys(local.postgres))) == 0
    error_message = "database.snapshots names a service that has no database: ${join(", ", setsubtract(keys(var.database.snapshots), keys(local.postgres)))}."
  }
}

variable "cache" {
  description = "The cache: size of a node and how many; from two on the loss of one is survived."
  type = object({
    node_type = optional(string, "cache.t4g.micro")
    nodes     = number
  })
}

variable "table_replicas" {
  description = "Further regions that hold a replica of every table."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = !contains(var.table_replicas, var.region) && alltrue([for region in var.table_replicas : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "Replicas are in other regions, written like eu-central-1. The environment's own region is not a replica."
  }

  validation {
    condition     = !anytrue([for region in var.table_replicas : can(regex("^(cn|us-gov)-", region))])
    error_message = "China and GovCloud are AWSs of their own, which nothing is copied to from here."
  }
}

variable "regions" {
  description = "Further regions that have a copy of what cannot be made again: tables, databases (of Aurora), generated secrets and images. For each the /16 and the zones of its network, and whether the services stand by there (`standing`), to answer when the first region no longer does."
  type = map(object({
    cidr     = string
    zones    = list(string)
    standing = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = !contains(keys(var.regions), var.region) && alltrue([for region in keys(var.regions) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "A further region is another one than the environment's own, written like eu-central-1."
  }

  validation {
    condition     = !anytrue([for region in keys(var.regions) : can(regex("^(cn|us-gov)-", region))])
    error_message = "A further region is none of China and GovCloud: these are AWSs of their own, which nothing is copied to from here."
  }

  validation {
    condition     = alltrue([for region, place in var.regions : alltrue([for zone in place.zones : startswith(zone, region)])])
    error_message = "The zones of a further region belong to it."
  }

  validation {
    condition     = length(distinct(concat([var.network.cidr], values(var.regions)[*].cidr))) == length(var.regions) + 1
    error_message = "Each region's network has addresses of its own, or the two can never be joined."
  }

  validation {
    condition     = length(var.regions) == 0 || var.database.engine == "aurora" || length(local.postgres) == 0
    error_message = "A further region needs database.engine = \"aurora\": an instance has no copy elsewhere that it could be followed from."
  }

  validation {
    condition     = length([for place in values(var.regions) : place if place.standing]) <= 1
    error_message = "The services stand by in one further region: a name that fails over has one second place."
  }
}

variable "owner_region" {
  description = "Region that leads: its workers own what is done once for all regions, and names lead there. Null is the environment's own; another one is a region where the services stand by, after a failover to it."
  type        = string
  default     = null

  validation {
    condition     = var.owner_region == null || var.owner_region == var.region || try(var.regions[coalesce(var.owner_region, "-")].standing, false)
    error_message = "owner_region is the environment's own region, or one of `regions` with standing = true."
  }
}

variable "upload_acceleration" {
  description = "Whether clients may upload to buckets through the nearest edge (billed per byte)."
  type        = bool
  default     = false
  nullable    = false
}

variable "requests_per_minute" {
  description = "Requests per client address and minute over all services, above which the firewall answers 429."
  type        = number
  default     = 12000
  nullable    = false
}

variable "price_class" {
  description = "Which of CloudFront's edges serve."
  type        = string
  default     = "PriceClass_100"
  nullable    = false
}

variable "log_level" {
  description = "Least severity that the services log."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level is DEBUG, INFO, WARNING or ERROR."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "secret_generation" {
  description = "Raise it to replace the passwords of the databases' roles and the cache's token; see docs/operations.md for the order of things."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.secret_generation >= 1 && floor(var.secret_generation) == var.secret_generation
    error_message = "The generation of the secrets is a whole number from 1 on."
  }
}
