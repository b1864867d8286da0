"""Posts that everybody may read, their comments, and their subscribers."""
