variable "name" {
  description = "Name of the role in its manifest."
  type        = string
}

variable "service" {
  description = "Service that hands it out."
  type        = string
}

variable "service_role_arn" {
  description = "Task role of that service, the only one that may assume it."
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
  description = "The manifest's permissions of the role."
  type = list(object({
    allow = list(string)
    on    = list(string)
    when  = optional(map(map(list(string))))
  }))

  validation {
    condition     = length(var.permissions) > 0
    error_message = "A role without permissions is of no use to anybody."
  }
}

variable "key_arn" {
  description = "KMS key of the stores."
  type        = string
}

variable "web_identity" {
  description = "Issuer (host name) and audience of the tokens with which clients assume the twin; null for no twin."
  type = object({
    issuer_host = string
    audience    = string
  })
  default = null
}

variable "boundary_arn" {
  description = "Policy that bounds what its roles may ever be allowed; null for none."
  type        = string
  default     = null
}
