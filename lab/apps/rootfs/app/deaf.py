"""Ignores SIGTERM, as process 1 of a container without a handler does: it ends only when it is killed."""
from manners import App, say


class Deaf(App):
    def terminate(self):
        say("SIGTERM? What SIGTERM?")


Deaf().run()
