"""The app of the demo. `v3-broken` would answer, but its health check fails for ever."""
from manners import VERSION, App


class Web(App):
    def healthy(self):
        return VERSION != "v3-broken"


Web().run()
