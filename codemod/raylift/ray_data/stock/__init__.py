"""What stock Ray is handed: batches of shards in its guide's words, and what is written out beside them."""
