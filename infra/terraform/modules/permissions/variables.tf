variable "permissions" {
  description = "Permissions of a manifest: actions on `table/NAME`, `table/NAME/index/INDEX`, `bucket/NAME`, `bucket/NAME/KEY-PATTERN`, `queue/NAME`, `topic/NAME`, `role/NAME`, `mail/identity` or `mail/configuration-set`, some under a condition."
  type = list(object({
    allow = list(string)
    on    = list(string)
    when  = optional(map(map(list(string))))
  }))

  validation {
    condition     = alltrue([for reference in flatten(var.permissions[*].on) : can(regex("^((table|bucket|queue|topic|role)/.+|mail/(identity|configuration-set))$", reference))])
    error_message = "A permission is on a table, bucket, queue, topic, role or mail, written kind/name."
  }

  validation {
    condition     = alltrue([for action in flatten(var.permissions[*].allow) : !strcontains(action, "*")])
    error_message = "Actions are named one by one, without *."
  }
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

variable "own" {
  description = "What narrows each `*` that ends a key pattern or a condition's value, for example a policy variable; null leaves it."
  type        = string
  default     = null
}
