"""Every answer takes from half a second to three, so that there is never a moment without requests under way."""
import random
import time

from manners import App


class Slow(App):
    def think(self):
        time.sleep(random.uniform(0.5, 3))


Slow().run()
