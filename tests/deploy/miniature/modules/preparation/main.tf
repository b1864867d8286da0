variable "family" { type = string }
variable "image" { type = string }

resource "aws_ecs_task_definition" "this" {
  family                = var.family
  container_definitions = jsonencode([{ name = "prepare", image = var.image }])
}

output "family" {
  value = aws_ecs_task_definition.this.family
}
