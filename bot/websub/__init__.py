"""WebSub: the hubs that feeds name are asked to tell of new posts at once, and are listened to."""
