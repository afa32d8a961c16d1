# The workload for pyinfra: items.ts, item by item.
from io import StringIO

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import files, server

for item in host.data.items:
    kind = item["kind"]
    if kind == "directory":
        files.directory(path=item["path"], mode=item["mode"].lstrip("0"))
    elif kind == "file":
        files.put(src=StringIO(item["content"]), dest=item["path"], mode=item["mode"].lstrip("0"), create_remote_dir=False)
    elif kind == "template":
        files.template(src=host.data.template, dest=item["path"], mode=item["mode"].lstrip("0"), create_remote_dir=False, **item["values"])
    elif kind == "line":
        files.line(path=item["path"], line=item["line"])
    elif kind == "link":
        files.link(path=item["path"], target=item["target"])
    elif host.get_fact(File, path=item["makes"]) is None:
        server.shell(commands=[" ".join(item["argv"])])
