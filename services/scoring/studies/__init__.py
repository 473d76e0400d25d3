"""What a close finds in the population beside its reference: pure, one file a study."""
