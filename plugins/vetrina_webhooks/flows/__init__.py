"""What can be done: register and keep endpoints, write deliveries for events, send them, send them again."""
