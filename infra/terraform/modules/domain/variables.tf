variable "domain" {
  description = "The domain under which every service has its subdomain, for example example.com."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "A domain is written in lower case without scheme or final dot, for example example.com."
  }
}

variable "zone_id" {
  description = "An existing Route 53 zone of the domain; null makes one, whose name servers must be entered at the registrar."
  type        = string
  default     = null

  validation {
    condition     = var.zone_id == null || can(regex("^Z[A-Z0-9]{5,31}$", var.zone_id))
    error_message = "A zone's id starts with Z, for example Z0123456789ABCDEFGHIJ."
  }
}

variable "regional_names" {
  description = "Names on the load balancer's certificate besides the domain itself."
  type        = list(string)

  validation {
    condition     = alltrue([for name in var.regional_names : endswith(name, ".${var.domain}")])
    error_message = "Every name is below the domain."
  }

  validation {
    condition     = length(var.regional_names) <= 9
    error_message = "ACM puts ten names on a certificate, the domain among them."
  }
}

variable "further_regions" {
  description = "Further regions with a load balancer, each with a certificate of the same names."
  type        = set(string)
  default     = []
}

variable "global_names" {
  description = "Names on CloudFront's certificate besides the domain itself."
  type        = list(string)

  validation {
    condition     = alltrue([for name in var.global_names : endswith(name, ".${var.domain}")])
    error_message = "Every name is below the domain."
  }

  validation {
    condition     = length(var.global_names) <= 9
    error_message = "ACM puts ten names on a certificate, the domain among them."
  }
}
