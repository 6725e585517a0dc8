"""What ``smsmqtt doctor`` looks at: findings, one after the other as they come."""
