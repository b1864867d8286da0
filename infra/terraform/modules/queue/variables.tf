variable "context" {
  description = "What all modules of an environment are told, of which this one reads: partition, region, account."
  type = object({
    partition  = optional(string, "aws")
    region     = string
    account_id = string
  })
}

variable "name" {
  description = "Name of the queue; its dead-letter queue is `<name>-dlq`."
  type        = string

  validation {
    condition     = length(var.name) <= 76
    error_message = "A queue's name has at most 80 characters, four of them for -dlq."
  }
}

variable "key_arn" {
  description = "KMS key of the messages."
  type        = string
}

variable "visibility_timeout" {
  description = "Seconds for which a received message is hidden from others."
  type        = number

  validation {
    condition     = var.visibility_timeout >= 5 && var.visibility_timeout <= 43200
    error_message = "From 5 seconds to 12 hours."
  }
}

variable "max_receives" {
  description = "How often a message is received before it goes to the dead-letter queue."
  type        = number

  validation {
    condition     = var.max_receives >= 1 && var.max_receives <= 100
    error_message = "From 1 to 100."
  }
}

variable "subscriptions" {
  description = "Topics that feed the queue, by name, each with the event types it wants (none: all)."
  type = map(object({
    topic_arn = string
    types     = list(string)
  }))
  default = {}
}
