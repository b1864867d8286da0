# Where a service's database stands, whichever engine it is: so one engine can be put beside the other, and take over.

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Isolated subnets"
  subnet_ids  = values(var.subnet_ids)
}
