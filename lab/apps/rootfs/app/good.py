"""As it should be: opens its port only when it is ready, which takes it a second, and ends its requests before it goes."""
from manners import App


class Good(App):
    def start(self):
        self.stopping.wait(1)


Good().run()
