variable "name" {
  description = "Name of the group, of its capacity provider and of its role."
  type        = string

  validation {
    condition     = !can(regex("^(aws|ecs|fargate)", var.name))
    error_message = "ECS keeps names of capacity providers that start with aws, ecs or fargate for itself."
  }
}

variable "cluster_name" {
  description = "Cluster that the machines join."
  type        = string
}

variable "cluster_arn" {
  description = "ARN of the cluster, composed: the cluster waits for the capacity provider."
  type        = string
}

variable "architecture" {
  description = "Processor: ARM64 (Graviton) or X86_64."
  type        = string
}

variable "types" {
  description = "Instance types, the first one preferred: of one size and of the architecture."
  type        = list(string)

  validation {
    condition     = length(var.types) > 0 && length(toset([for type in var.types : element(split(".", type), 1)])) == 1
    error_message = "At least one type, and all of one size (m7g.large, c7g.large): ECS reckons with one."
  }

  validation {
    condition     = alltrue([for type in var.types : can(regex("^[a-z]+[0-9]+g[a-z]*\\.", type)) == (var.architecture == "ARM64")])
    error_message = "Types of Graviton (with a g after the generation, m7g.large) go with ARM64, the others with X86_64."
  }
}

variable "min" {
  description = "Machines that are there however little runs."
  type        = number
}

variable "max" {
  description = "Machines at most."
  type        = number

  validation {
    condition     = var.min >= 0 && var.max >= var.min && var.max >= 1 && floor(var.min) == var.min && floor(var.max) == var.max
    error_message = "Machines are counted in whole numbers: `min` is at least 0 and not more than `max`, which is at least 1."
  }
}

variable "on_demand" {
  description = "Machines that are never Spot."
  type        = number

  validation {
    condition     = var.on_demand >= 0 && floor(var.on_demand) == var.on_demand
    error_message = "Machines that are never Spot are counted in whole numbers from 0 on."
  }
}

variable "spot_percent" {
  description = "Share of the machines above those that is Spot."
  type        = number

  validation {
    condition     = var.spot_percent >= 0 && var.spot_percent <= 100 && floor(var.spot_percent) == var.spot_percent
    error_message = "A percentage, without a fraction."
  }
}

variable "target_percent" {
  description = "How full ECS keeps the machines; what is left lets a task start at once."
  type        = number

  validation {
    condition     = var.target_percent >= 1 && var.target_percent <= 100 && floor(var.target_percent) == var.target_percent
    error_message = "A percentage from 1 on, without a fraction."
  }
}

variable "subnet_ids" {
  description = "Private subnets by zone."
  type        = map(string)
}

variable "security_group_id" {
  description = "Group of the machines, which nobody may reach."
  type        = string
}

variable "boundary_arn" {
  description = "Policy that bounds what the role may ever be allowed; null for none."
  type        = string
  default     = null
}
