"""Deploying to AWS: Terraform, images, migrations, and what is asked of a deployment afterwards."""
