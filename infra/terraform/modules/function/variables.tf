variable "context" {
  description = "What all modules of an environment are told, of which this one reads: what names start with, partition, region, account."
  type = object({
    prefix     = string
    partition  = optional(string, "aws")
    region     = string
    account_id = string
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

variable "architecture" {
  description = "Processor: ARM64 or X86_64."
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

variable "image" {
  description = "Digest or tag of the image that new functions begin with; `none` waits for the first release. Later ones the pipeline brings."
  type        = string
}

variable "environment" {
  description = "Environment of the functions, values that are no secrets."
  type        = map(string)

  validation {
    condition     = alltrue([for name in keys(var.environment) : !startswith(name, "AWS_")])
    error_message = "Lambda sets AWS_REGION, AWS_DEFAULT_REGION and the credentials itself, and refuses them; endpoints it finds by itself."
  }
}

variable "edge" {
  description = "What the API has to know of CloudFront before it."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Secrets that a function reads when it starts: the ARN of each by variable, as a task definition names it."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for value in values(var.secrets) : startswith(value, "arn:")])
    error_message = "A secret is given by ARN, never by value."
  }
}

variable "role_arn" {
  description = "Role of the service's code."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the functions' environment."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets by zone, where a store of the service stands in the network; null for none."
  type        = map(string)
  default     = null
}

variable "security_group_id" {
  description = "Security group of the functions; needed with `subnet_ids`."
  type        = string
  default     = null

  validation {
    condition     = var.subnet_ids == null || var.security_group_id != null
    error_message = "Functions in the network need a security group."
  }
}

variable "hosts" {
  description = "Host names that the API answers at."
  type        = list(string)
}

variable "certificate_arn" {
  description = "Certificate of these hosts, in this region."
  type        = string
}

variable "per_second" {
  description = "Requests a second that the API takes, from everybody together."
  type        = number
}

variable "burst" {
  description = "Requests that the API takes at once beyond that."
  type        = number
}

variable "read_timeout" {
  description = "Seconds that an answer may take; API Gateway waits 30 at most."
  type        = number
}

variable "concurrent" {
  description = "Calls of the API that are answered at the same time."
  type        = number
}

variable "concurrency" {
  description = "How many functions may run at once, reserved for the role: null follows the manifest, -1 reserves nothing."
  type = object({
    api    = optional(number)
    worker = optional(number)
  })
  default = {}
}

variable "queues" {
  description = "Queues of the worker roles: ARN, consumer, and the seconds in which a batch has to be done."
  type = map(object({
    arn      = string
    consumer = string
    timeout  = number
  }))
  default = {}
}

variable "streams" {
  description = "ARNs of the streams that the worker reads, by table."
  type        = map(string)
  default     = {}
}

variable "stream_retries" {
  description = "How often a batch of a stream is tried before somebody is told where it was."
  type        = number
  default     = 100

  validation {
    condition     = var.stream_retries >= 0 && var.stream_retries <= 10000
    error_message = "From 0 to 10000."
  }
}

variable "strategy" {
  description = "How new versions of the API take over, in place of what the manifest says: rolling, blue_green, canary or linear."
  type        = string
  default     = null
}

variable "topic_arn" {
  description = "Topic that is told of alarms, and of what a stream's reader could not take."
  type        = string
}

variable "log_group_names" {
  description = "Log groups, by role."
  type        = map(string)
}
