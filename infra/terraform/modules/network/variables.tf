variable "context" {
  description = "What all modules of an environment are told, of which this one reads: region, account, the policy that bounds its roles (null for none), how many days logs are kept, KMS key of the logs."
  type = object({
    region             = optional(string)
    account_id         = string
    boundary_arn       = optional(string)
    log_retention_days = optional(number, 365)
    log_key_arn        = string
  })
}

variable "name" {
  description = "Name of the network; names of what is in it start with it."
  type        = string
}

variable "cidr" {
  description = "Private address block of the whole network, /16."
  type        = string

  validation {
    condition     = try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false) && endswith(var.cidr, "/16") && can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.cidr))
    error_message = "The network is a private /16 with zeros in its last two parts, for example 10.20.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones by full name, each ending in a letter from a to f."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) == length(distinct(var.zones))
    error_message = "At least two different zones: a load balancer needs two."
  }

  validation {
    condition     = alltrue([for zone in var.zones : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-f]$", zone))])
    error_message = "Zones are written like eu-west-1a, with a letter from a to f."
  }
}

variable "nat" {
  description = "NAT gateways: one in every zone (`per_az`), one in all (`single`), or `none`."
  type        = string

  validation {
    condition     = contains(["per_az", "single", "none"], var.nat)
    error_message = "nat is per_az, single or none."
  }
}

variable "nat_zone" {
  description = "Zone of the single NAT gateway; null takes the first by letter. Said where a zone comes before it."
  type        = string
  default     = null

  validation {
    condition     = var.nat_zone == null || contains(var.zones, coalesce(var.nat_zone, "-"))
    error_message = "nat_zone is one of the zones."
  }
}

variable "store_ports" {
  description = "Ports of the stores in the isolated tier."
  type        = set(number)
  default     = [5432, 6379]
}

variable "encryption_control" {
  description = "Whether AWS reports (`monitor`) or refuses (`enforce`) traffic inside the VPC that its hardware does not encrypt; `none` leaves it. AWS charges for it by the hour."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "monitor", "enforce"], var.encryption_control)
    error_message = "encryption_control is none, monitor or enforce."
  }
}
