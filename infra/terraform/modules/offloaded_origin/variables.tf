variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "origin" {
  description = "The application: its host, and how it is asked. `read_timeout` is in seconds."
  type = object({
    host         = string
    protocol     = optional(string, "https-only")
    http_port    = optional(number, 80)
    https_port   = optional(number, 443)
    read_timeout = optional(number, 30)
  })

  validation {
    condition     = can(regex("^[a-zA-Z0-9-]+(\\.[a-zA-Z0-9-]+)+$", var.origin.host))
    error_message = "The host is a name without a scheme, port or path, for example updates.origin.example.com."
  }

  validation {
    condition     = contains(["https-only", "http-only"], var.origin.protocol)
    error_message = "protocol is https-only or http-only."
  }

  validation {
    condition     = var.origin.read_timeout >= 1 && var.origin.read_timeout <= 120
    error_message = "CloudFront waits 1 to 120 seconds for an answer."
  }

  validation {
    condition     = !contains(var.hosts, var.origin.host)
    error_message = "The application needs a host name of its own: CloudFront would ask itself."
  }
}

variable "hosts" {
  description = "Host names under which the application is known today; empty for CloudFront's own name."
  type        = list(string)
  default     = []
}

variable "certificate_arn" {
  description = "Certificate in us-east-1 that covers the host names; null without any."
  type        = string
  default     = null

  validation {
    condition     = (var.certificate_arn == null) == (length(var.hosts) == 0)
    error_message = "Host names need a certificate in us-east-1, and a certificate needs host names."
  }
}

variable "shield_region" {
  description = "Region of Origin Shield, the one nearest to the application; null for none."
  type        = string
  default     = null
}

variable "longest_seconds" {
  description = "How long an answer is kept at most, whatever it says itself."
  type        = number
  default     = 31536000

  validation {
    condition     = var.longest_seconds >= 1 && var.longest_seconds <= 31536000
    error_message = "From a second to a year."
  }
}

variable "never_cached" {
  description = "Patterns of paths that are passed on uncached whatever the answers say, for example /admin/*."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.never_cached) <= 24
    error_message = "CloudFront takes 25 behaviours: at most 24 patterns."
  }
}

variable "price_class" {
  description = "Which edges serve: PriceClass_100, PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "web_acl_arn" {
  description = "Web application firewall in front; null for none."
  type        = string
  default     = null
}

variable "log_destination_arn" {
  description = "Log delivery destination of access logs, in us-east-1; null for none."
  type        = string
  default     = null
}
