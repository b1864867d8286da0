# One image repository: tags never move, images are scanned when pushed, old ones go.

resource "aws_ecr_repository" "this" {
  region               = var.region
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = var.force_delete

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.key_arn
  }

  tags = { Name = var.name }
}

# Lambda fetches images itself, whenever a function is made, changed, or has slept for long.
resource "aws_ecr_repository_policy" "functions" {
  count = var.functions_arn == null ? 0 : 1

  region     = var.region
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Functions"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Condition = { ArnLike = { "aws:SourceArn" = var.functions_arn } }
    }]
  })
}

resource "aws_ecr_lifecycle_policy" "this" {
  region     = var.region
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Layers of interrupted pushes"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Releases to roll back to"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = var.keep } # every tag
        action       = { type = "expire" }
      },
    ]
  })
}
