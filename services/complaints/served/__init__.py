"""What stores did for customers, as the topics tell: this service's own copies."""
