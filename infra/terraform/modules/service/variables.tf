variable "context" {
  description = "What all modules of an environment are told, of which this one reads: what names start with, region, the policy that bounds its roles (null for none), how many days logs are kept, KMS key of the logs."
  type = object({
    prefix             = string
    region             = string
    boundary_arn       = optional(string)
    log_retention_days = number
    log_key_arn        = string
  })
}

variable "name" {
  description = "Name of the service."
  type        = string
}

variable "roles" {
  description = "The manifest's roles."
  type = map(object({
    kind         = string
    cpu          = number
    memory       = number
    stop_timeout = number
    scaling = object({
      min                 = number
      max                 = number
      cpu_percent         = number
      requests_per_target = number
      messages_per_task   = number
    })
    deployment = object({
      strategy     = string
      percent      = number
      step_minutes = number
      bake_minutes = number
    })
  }))

  validation {
    condition     = alltrue([for role in values(var.roles) : contains(["web", "worker", "task"], role.kind)])
    error_message = "A role is a web server, a worker or a one-off task."
  }

  validation {
    condition = alltrue([for role in values(var.roles) : role.scaling == null || try(
      role.scaling.min >= 0 && role.scaling.min <= role.scaling.max && role.scaling.max >= 1
      && floor(role.scaling.min) == role.scaling.min && floor(role.scaling.max) == role.scaling.max, false
    )])
    error_message = "A role scales between whole numbers of tasks: min is not negative and not more than max, max at least 1. Not so: ${join(", ", [for name, role in var.roles : name if !try(role.scaling == null || (role.scaling.min >= 0 && role.scaling.min <= role.scaling.max), false)])}."
  }
}

variable "port" {
  description = "Where the web role listens in its container."
  type        = number
}

variable "user" {
  description = "User and group, by number, that containers run as; not root."
  type        = string
  default     = "10001:10001"

  validation {
    condition     = can(regex("^[1-9][0-9]*:[1-9][0-9]*$", var.user))
    error_message = "User and group are numbers other than 0, for example 10001:10001."
  }
}

variable "architecture" {
  description = "Processor of the tasks: ARM64 or X86_64."
  type        = string
  default     = "ARM64"

  validation {
    condition     = contains(["ARM64", "X86_64"], var.architecture)
    error_message = "architecture is ARM64 or X86_64."
  }
}

variable "repository_url" {
  description = "Where the service's images are, without a tag."
  type        = string
}

variable "first_release" {
  description = "Image tag that a new environment begins with; `none` waits for the first deployment. Later deployments are not touched by it."
  type        = string
  default     = "none"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", var.first_release)) && var.first_release != "latest"
    error_message = "An image tag names one image for ever: letters, digits, dots, hyphens, and not latest."
  }
}

variable "release" {
  description = "Image tags by slot where another region's service has them; null keeps parameters of its own."
  type        = map(string)
  default     = null
}

variable "standby" {
  description = "Whether it only stands by: its web roles answer, its workers are there and do not run."
  type        = bool
  default     = false
}

variable "environment" {
  description = "Environment of every role, values that are no secrets."
  type        = map(string)

  validation {
    condition     = alltrue([for name in keys(var.environment) : !startswith(name, "AWS_ENDPOINT_URL") && !contains(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"], name)])
    error_message = "In AWS a task finds its endpoints and credentials by itself: no AWS_ENDPOINT_URL*, no static keys."
  }
}

variable "secrets" {
  description = "Secrets in the environment: the ARN of each by variable."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for value in values(var.secrets) : startswith(value, "arn:")])
    error_message = "A secret is given by ARN, never by value."
  }
}

variable "task_role_arn" {
  description = "Role of the service's code."
  type        = string
}

variable "execution_role_arn" {
  description = "Role that starts its tasks."
  type        = string
}

variable "cluster_arn" {
  description = "Cluster that the service runs on."
  type        = string
}

variable "cluster_name" {
  description = "Name of the cluster, as metrics name it."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets by zone."
  type        = map(string)
}

variable "security_group_id" {
  description = "Security group of the tasks."
  type        = string
}

variable "listener_arn" {
  description = "HTTPS listener of the shared load balancer."
  type        = string
}

variable "load_balancer_suffix" {
  description = "How metrics name the load balancer."
  type        = string
}

variable "host" {
  description = "Host name that the web role answers at; null for a service without a public address."
  type        = string
}

variable "origin_hosts" {
  description = "Further host names by which CloudFront asks for the service."
  type        = list(string)
  default     = []
}

variable "required_header" {
  description = "Header without which the host rule does not match; null for none."
  type = object({
    name  = string
    value = string
  })
  default   = null
  sensitive = true
}

variable "namespace_arn" {
  description = "Namespace of inner names; null without them."
  type        = string
  default     = null
}

variable "strategy" {
  description = "How new versions of web roles take over, in place of what the manifest says: rolling, blue_green, canary or linear."
  type        = string
  default     = null

  validation {
    condition     = var.strategy == null || contains(["rolling", "blue_green", "canary", "linear"], coalesce(var.strategy, "rolling"))
    error_message = "strategy is rolling, blue_green, canary or linear."
  }
}

variable "topic_arn" {
  description = "Topic that is told of the alarms that roll a deployment back."
  type        = string
}

variable "spot_percent" {
  description = "Share of the tasks above the floor that runs on Fargate Spot; 100 puts all of them there."
  type        = number

  validation {
    condition     = var.spot_percent >= 0 && var.spot_percent <= 100 && floor(var.spot_percent) == var.spot_percent
    error_message = "A percentage, without a fraction."
  }
}

variable "machines" {
  description = "Capacity provider of the machines that the service runs on; null for Fargate."
  type        = string
  default     = null
}

variable "functions" {
  description = "Whether the roles that keep running do so as functions, elsewhere, and not as tasks."
  type        = bool
  default     = false
}

variable "floor_cap" {
  description = "No role keeps more tasks than this when idle; null leaves the manifest's numbers."
  type        = number
  default     = null
}

variable "floors" {
  description = "Floors of web roles by the clock: a schedule (`cron(...)`), its time zone and the least number of tasks from then on."
  type = map(object({
    schedule = string
    timezone = string
    min      = number
  }))
  default = {}

  validation {
    condition = alltrue([for floor in values(var.floors) : anytrue([
      can(regex("^cron\\([^ ()]+( [^ ()]+){5}\\)$", floor.schedule)),
      can(regex("^rate\\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\\)$", floor.schedule)),
      can(regex("^at\\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\)$", floor.schedule)),
    ])])
    error_message = "A schedule is written cron(...) with six fields, rate(1 day), rate(8 hours) or at(2030-01-31T08:00:00)."
  }

  validation {
    condition = alltrue([for floor in values(var.floors) : !startswith(floor.schedule, "cron(") || try(
      (element(split(" ", floor.schedule), 2) == "?") != (element(split(" ", floor.schedule), 4) == "?"), false
    )])
    error_message = "AWS reads cron(minutes hours day month weekday year), and wants ? for the day or for the weekday: cron(30 6 ? * MON-FRI *)."
  }

  validation {
    condition     = alltrue([for floor in values(var.floors) : can(regex("^[A-Z][A-Za-z_]*(/[A-Za-z0-9_+-]+)+$|^UTC$", floor.timezone))])
    error_message = "A time zone is written as in the tz database, for example Europe/Berlin or Etc/UTC."
  }

  validation {
    condition     = alltrue([for floor in values(var.floors) : floor.min >= 1 && floor(floor.min) == floor.min])
    error_message = "A web role's floor is a whole number from 1 on: where no task answers, nothing is measured that would start one."
  }

  validation {
    condition     = alltrue([for name in keys(var.floors) : can(regex("^[a-z][a-z0-9-]{0,30}$", name)) && name != "hourly"])
    error_message = "A floor's name is a short word, for example morning, and not hourly, which is the suite's own."
  }
}

variable "queue_names" {
  description = "Queues that each worker role consumes, as metrics name them."
  type        = map(list(string))
  default     = {}
}

variable "shell" {
  description = "Whether people may open a shell in the containers (ECS Exec)."
  type        = bool
  default     = false
}
