"""Listens at once, and answers 503 to everybody for the three seconds until it is ready. /health tells the truth."""
from manners import App


class Early(App):
    def ready(self):
        return self.age() > 3


Early().run()
