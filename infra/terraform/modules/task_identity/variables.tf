variable "service" {
  description = "Name of the service."
  type        = string
}

variable "names" {
  description = "What the resources of manifests are called in this environment; `role_prefix` where roles, which are in no region, begin otherwise."
  type = object({
    partition     = string
    region        = string
    account_id    = string
    prefix        = string
    role_prefix   = optional(string)
    bucket_suffix = string
    domain        = string
  })
}

variable "permissions" {
  description = "The manifest's permissions."
  type = list(object({
    allow = list(string)
    on    = list(string)
    when  = optional(map(map(list(string))))
  }))
}

variable "key_arn" {
  description = "KMS key of the stores and secrets."
  type        = string
}

variable "repository_arn" {
  description = "Image repository of the service."
  type        = string
}

variable "log_group_arns" {
  description = "Log groups that its tasks write to."
  type        = list(string)

  validation {
    condition     = length(var.log_group_arns) > 0
    error_message = "A task that writes no log cannot be looked after."
  }
}

variable "secret_arns" {
  description = "Secrets in its environment, by variable."
  type        = map(string)
  default     = {}
}

variable "shell" {
  description = "Whether people may open a shell in its containers (ECS Exec)."
  type        = bool
  default     = false
}

variable "shell_log_group_arn" {
  description = "Log group of what is typed into such a shell; needed with `shell`."
  type        = string
  default     = null

  validation {
    condition     = !var.shell || var.shell_log_group_arn != null
    error_message = "What is typed into a shell is written down: give shell_log_group_arn."
  }
}

variable "boundary_arn" {
  description = "Policy that bounds what its roles may ever be allowed; null for none."
  type        = string
  default     = null
}

variable "function" {
  description = "What functions of the service read besides: ARNs of queues and of streams, the topic that is told of what a stream's reader could not take, and whether they stand in the network; null where the service runs in tasks."
  type = object({
    queues  = list(string)
    streams = list(string)
    topic   = optional(string)
    network = bool
  })
  default = null
}
