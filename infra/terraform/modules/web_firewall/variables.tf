variable "name" {
  description = "Name of the firewall."
  type        = string
}

variable "scope" {
  description = "What it stands before: `REGIONAL` (a load balancer) or `CLOUDFRONT`."
  type        = string

  validation {
    condition     = contains(["REGIONAL", "CLOUDFRONT"], var.scope)
    error_message = "scope is REGIONAL or CLOUDFRONT."
  }
}

variable "region" {
  description = "Region of the firewall and its log; us-east-1 for CLOUDFRONT, null for the provider's."
  type        = string
  default     = null

  validation {
    condition     = var.scope != "CLOUDFRONT" || var.region == "us-east-1"
    error_message = "A firewall for CloudFront lives in us-east-1."
  }
}

variable "per_minute" {
  description = "Requests per client address and minute over all hosts."
  type        = number

  validation {
    condition     = var.per_minute >= 10 && floor(var.per_minute) == var.per_minute
    error_message = "AWS counts from 10 on, in whole requests."
  }
}

variable "host_limits" {
  description = "Requests per client address and minute, by host name."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for limit in values(var.host_limits) : limit >= 10])
    error_message = "AWS counts from 10 on."
  }
}

variable "path_limits" {
  description = "Tighter limits for paths of hosts, by a name for each."
  type = map(object({
    host       = string
    path       = string
    per_minute = number
  }))
  default = {}

  validation {
    condition     = alltrue([for limit in values(var.path_limits) : limit.per_minute >= 10 && startswith(limit.path, "/")])
    error_message = "A path starts with / and AWS counts from 10 on."
  }
}

variable "trusted_header" {
  description = "Header by which our own CloudFront shows that its firewall has seen the request; null for none."
  type = object({
    name  = string
    value = string
  })
  default   = null
  sensitive = true
}

variable "log_retention_days" {
  description = "How long the log of blocked requests is kept."
  type        = number
}

variable "log_key_arn" {
  description = "KMS key of the log, in the firewall's region."
  type        = string
}
