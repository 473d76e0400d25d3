"""When a customer may be contacted (L06): consent, segment and frequency, as this service knows them."""
