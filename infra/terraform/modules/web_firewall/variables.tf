variable "context" {
  description = "What all modules of an environment are told, of which this one reads: region, how many days logs are kept, KMS key of the logs."
  type = object({
    region             = optional(string)
    log_retention_days = number
    log_key_arn        = string
  })

  validation {
    condition     = var.scope != "CLOUDFRONT" || var.context.region == "us-east-1"
    error_message = "A firewall for CloudFront lives in us-east-1."
  }
}

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

variable "per_minute" {
  description = "Requests per client address and minute over all hosts."
  type        = number

  validation {
    condition     = var.per_minute >= 10 && var.per_minute <= 2000000000 && floor(var.per_minute) == var.per_minute
    error_message = "AWS counts from 10 on, in whole requests, to two thousand million."
  }
}

variable "limits" {
  description = "Tighter limits by a name for each: requests per client address and minute over all its ways in. A way is a host (with `below`, also those below it) and the start of a path."
  type = map(object({
    per_minute = number
    ways = list(object({
      host  = string
      below = bool
      path  = string
    }))
  }))
  default = {}

  validation {
    condition     = alltrue([for limit in values(var.limits) : limit.per_minute >= 10])
    error_message = "AWS counts from 10 on."
  }

  validation {
    condition     = alltrue([for limit in values(var.limits) : length(limit.ways) > 0 && alltrue([for way in limit.ways : startswith(way.path, "/")])])
    error_message = "A limit has at least one way in, whose path starts with /."
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

variable "trusted_below" {
  description = "Domain below which only our own CloudFront asks; without its header such a request is refused. Null for none."
  type        = string
  default     = null
}
