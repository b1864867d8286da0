variable "context" {
  description = "What all modules of an environment are told, of which this one reads: partition, region, account."
  type = object({
    partition  = optional(string, "aws")
    region     = string
    account_id = string
  })
}

variable "name" {
  description = "Name of the topic."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the messages, in the topic's region."
  type        = string
}

variable "publishers" {
  description = "AWS services that may publish, by statement id, each under a condition."
  type = map(object({
    principal = string
    condition = map(map(string))
  }))
  default = {}

  validation {
    condition     = alltrue([for publisher in values(var.publishers) : length(publisher.condition) > 0])
    error_message = "Every publisher needs a condition that ties it to this account."
  }
}
