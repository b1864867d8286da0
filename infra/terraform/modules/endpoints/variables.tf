variable "context" {
  description = "What all modules of an environment are told, of which this one reads: what names start with, partition, region, account."
  type = object({
    prefix     = string
    partition  = optional(string, "aws")
    region     = string
    account_id = string
  })
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "gateway" {
  description = "Services reached by gateway endpoints (free)."
  type        = set(string)
  default     = ["s3", "dynamodb"]

  validation {
    condition     = length(setsubtract(var.gateway, ["s3", "dynamodb"])) == 0
    error_message = "Only s3 and dynamodb have gateway endpoints."
  }
}

variable "interface" {
  description = "Services reached by interface endpoints (billed by hour and zone), for example `ecr.api`, `ecr.dkr`, `logs`, `secretsmanager`, `sqs`, `sns`, `sts`, `kms`."
  type        = set(string)
  default     = []

  validation {
    condition = length(setsubtract(var.interface, [
      "ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "email", "kms", "logs", "monitoring", "secretsmanager", "sns", "sqs", "ssmmessages", "sts",
    ])) == 0
    error_message = "Interface endpoints are ecr.api, ecr.dkr, ecs, ecs-agent, ecs-telemetry, email, kms, logs, monitoring, secretsmanager, sns, sqs, ssmmessages and sts."
  }
}

variable "subnet_ids" {
  description = "Private subnets by zone; an interface endpoint stands in each."
  type        = map(string)
}

variable "route_table_ids" {
  description = "Private route tables by zone; gateway endpoints enter there."
  type        = map(string)
}

variable "security_group_id" {
  description = "Security group of the interface endpoints; null where there are none."
  type        = string
  default     = null
}
