"""Messages that no worker could deal with: what there is, why, and sending it again."""
