variable "name" {
  description = "Alias of the key, without `alias/`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,60}$", var.name))
    error_message = "The name has 3 to 61 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "description" {
  description = "What is encrypted with the key."
  type        = string
}

variable "partition" {
  description = "Partition of the account: aws, aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
}

variable "account_id" {
  description = "Account that administers the key."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "region" {
  description = "Region of the key; null for the provider's."
  type        = string
  default     = null
}

variable "services" {
  description = "AWS services that may use the key, by statement id, each with its actions and the condition that ties it to this account."
  type = map(object({
    principal = string
    actions   = list(string)
    condition = map(map(string))
  }))
  default = {}

  validation {
    condition     = alltrue([for grant in values(var.services) : length(grant.condition) > 0])
    error_message = "Every service needs a condition; without one it could be made to use the key for somebody else."
  }

  validation {
    condition     = alltrue([for action in flatten(values(var.services)[*].actions) : !strcontains(action, "*")])
    error_message = "Actions are named one by one, without *."
  }
}

variable "deletion_window_days" {
  description = "How long a deleted key can be brought back."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "KMS allows 7 to 30 days."
  }
}
