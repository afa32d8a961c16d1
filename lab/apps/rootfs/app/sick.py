"""v1 is well. Of those that should follow it, v2 never becomes healthy, v3 exits at once, v4 crashes a second after
each start, and v5 does so after ten, when it has been healthy and may have been let in already."""
import os
import sys
import threading

from manners import VERSION, App, say

FATAL = {"v3": 0, "v4": 1, "v5": 10}


class Sick(App):
    def start(self):
        seconds = FATAL.get(VERSION)
        if seconds == 0:
            say("fatal: DATABASE_URL is not set")
            sys.exit(1)
        if seconds is not None:
            threading.Timer(seconds, self.crash).start()

    def ready(self):
        if VERSION == "v2":
            say("not ready: the database does not answer")
        return VERSION != "v2"

    def crash(self):
        say("fatal: out of luck")
        os._exit(1)


Sick().run()
