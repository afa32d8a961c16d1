"""Exits at once on SIGTERM, whatever is under way: as most programs do that nobody has taught otherwise."""
import os

from manners import App


class Hasty(App):
    def terminate(self):
        os._exit(0)


Hasty().run()
