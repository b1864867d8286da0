output "arn" {
  description = "ARN of the topic."
  value       = aws_sns_topic.this.arn

  # A bucket, say, is refused a topic that does not let it in yet.
  depends_on = [aws_sns_topic_policy.this]
}

output "name" {
  description = "Name of the topic, as metrics name it."
  value       = aws_sns_topic.this.name
}
